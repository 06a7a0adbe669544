import { Auth0Error, NetworkError } from '../errors.js'

/** An error of the transport as one of ours. Only text and code survive: what else it holds might be the request. */
export function transportFailure (error: unknown, host: string): Error {
  if (error instanceof Auth0Error) return error
  const { code, message } = innermost(error)
  const reason = code ?? message
  return new NetworkError(`The request to ${host} failed: ${reason}`,
    Object.assign(new Error(message), code !== undefined && { code }))
}

function innermost (error: unknown): { code: string | undefined, message: string } {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(inner instanceof Error)) return { code: undefined, message: 'unknown failure' }
  const { code } = inner as NodeJS.ErrnoException
  return { code: typeof code === 'string' ? code : undefined, message: inner.message }
}
