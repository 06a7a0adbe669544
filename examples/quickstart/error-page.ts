import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ApiError, Auth0Error, type UserClaims } from 'fastify-auth0'

/** What an error says to the person in front of the browser. */
interface Words {
  heading: string
  text: string
  retry?: { href: string, label: string } | undefined
}

const login = { href: '/auth/login?returnTo=/dashboard', label: 'Try again' }

const words: Record<string, Words> = {
  access_denied: {
    heading: 'No login this time.',
    text: 'It was cancelled, or Auth0 refused it. You are not logged in, and you can start over whenever you like.',
    retry: login
  },
  missing_transaction_error: {
    heading: 'This login is not one of ours.',
    text: 'It was finished before, it took too long, or it began in another browser. A new one will do.',
    retry: login
  },
  missing_refresh_token: {
    heading: 'Please log in once more.',
    text: 'Your session has no way to renew its access token.',
    retry: login
  },
  failed_to_refresh_token: {
    heading: 'Please log in once more.',
    text: 'Your access token could not be renewed.',
    retry: login
  },
  not_found: { heading: 'There is nothing here.', text: 'The address may be mistyped, or the page has moved.' }
}

/**
 * Answers an error with a page for people and with JSON for programs: the plugin's callback and the application's own
 * routes alike.
 */
export function createErrorPage ({ tenant }: { tenant: string }) {
  return async function showError (error: Error & { statusCode?: number, code?: string }, request: FastifyRequest,
    reply: FastifyReply): Promise<unknown> {
    const status = error.statusCode !== undefined && error.statusCode >= 400 ? error.statusCode : 500
    if (status >= 500) request.log.error(error)
    reply.code(status)
    const message = status < 500 || error instanceof ApiError ? error.message : STATUS_CODES[status]
    if (!request.headers.accept?.includes('text/html')) {
      return reply.send({ statusCode: status, code: error.code, message })
    }

    return reply.view('error', {
      title: STATUS_CODES[status] ?? 'Error',
      status,
      code: error.code ?? 'error',
      user: await userOf(request),
      requestId: request.id,
      retry: undefined,
      ...(words[error.code ?? ''] ?? generalWords(error, status)),
      // Auth0's own words. They come from outside; the template escapes them.
      said: error instanceof ApiError ? { by: tenant, text: error.message } : undefined
    })
  }
}

async function userOf (request: FastifyRequest): Promise<UserClaims | undefined> {
  try {
    return await request.auth0.getUser()
  } catch {
    // The error may be that of the session.
    return undefined
  }
}

function generalWords (error: Error, status: number): Words {
  if (status >= 502) {
    return {
      heading: 'Auth0 cannot be reached just now.',
      text: 'That is not your fault. Wait a moment, then try again.',
      retry: login
    }
  }
  if (status >= 500) {
    return { heading: 'Something broke on our side.', text: 'It has been written down. Nothing you did caused it.' }
  }
  return {
    heading: 'That did not work.',
    text: error instanceof Auth0Error ? error.message : 'The request was not understood.',
    retry: login
  }
}
