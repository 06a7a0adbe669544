import { InvalidArgumentError, MfaRequiredError, type MfaRequirements } from '../errors.js'
import type { Context } from './context.js'

/** What a sealed MFA token carries: Auth0's token, and the request it interrupted. */
export interface MfaToken {
  mfaToken: string
  audience?: string
  scope?: string
  requirements: MfaRequirements
  /** Epoch seconds. */
  createdAt: number
}

/** The same error with its token sealed, bound to the interrupted request. */
export function sealMfaToken (context: Context, error: MfaRequiredError, asked: { audience?: string | undefined, scope?: string | undefined }): MfaRequiredError {
  const content: MfaToken = {
    mfaToken: error.mfaToken,
    requirements: error.requirements,
    createdAt: context.now(),
    ...(asked.audience !== undefined && { audience: asked.audience }),
    ...(asked.scope !== undefined && { scope: asked.scope })
  }
  return new MfaRequiredError({
    code: error.code, message: error.message, status: error.status, statusCode: error.statusCode, mfaToken: context.mfaSealer.seal(JSON.stringify(content)), requirements: error.requirements
  })
}

/**
 * Opens a sealed MFA token.
 * @throws InvalidArgumentError when it is not ours or older than `mfaTokenTtl`
 */
export function openMfaToken (context: Context, sealed: string): MfaToken {
  const plaintext = typeof sealed === 'string' ? context.mfaSealer.open(sealed) : undefined
  if (plaintext === undefined) throw new InvalidArgumentError('mfaToken', 'The MFA token is not one this application has made.')
  const token = JSON.parse(plaintext.toString()) as MfaToken
  if (token.createdAt + context.config.mfaTokenTtl < context.now()) throw new InvalidArgumentError('mfaToken', 'The MFA token has expired; start again.')
  return token
}
