import { InvalidArgumentError, MfaRequiredError, type MfaRequirements } from '../../errors.js'
import type { PluginContext } from '../context.js'

/** The request that a second factor interrupted. */
interface Interrupted {
  audience?: string | undefined
  scope?: string | undefined
  /** The organization the request was for: the tokens have to be of it as well. */
  organization?: string | undefined
  /** The session that wanted the tokens; none for a login. */
  sessionId?: string | undefined
}

/** What a sealed MFA token carries: Auth0's token, and the request it interrupted. */
export interface MfaToken extends Interrupted {
  mfaToken: string
  /** The domain it is of. */
  domain: string
  requirements: MfaRequirements
  /** Epoch seconds. */
  createdAt: number
}

/** The same error with its token sealed, bound to the domain and the interrupted request. */
export function sealMfaToken (context: PluginContext, { domain }: { domain: string }, error: MfaRequiredError,
  { audience, scope, organization, sessionId }: Interrupted): MfaRequiredError {
  const content: MfaToken = {
    mfaToken: error.mfaToken,
    domain,
    requirements: error.requirements,
    createdAt: context.now(),
    audience,
    scope,
    organization,
    sessionId
  }
  return new MfaRequiredError({
    code: error.code,
    message: error.message,
    status: error.status,
    statusCode: error.statusCode,
    mfaToken: context.mfaSealer.seal(JSON.stringify(content)),
    requirements: error.requirements
  })
}

/**
 * Opens a sealed MFA token.
 * @param server where it is going to be sent
 * @throws InvalidArgumentError when it is not ours, of another domain, or older than `mfaTokenTtl`
 */
export function openMfaToken (context: PluginContext, sealed: string, server?: { domain: string }): MfaToken {
  const plaintext = typeof sealed === 'string' ? context.mfaSealer.open(sealed) : undefined
  if (plaintext === undefined) {
    throw new InvalidArgumentError('mfaToken', 'The MFA token is not one this application has made.')
  }
  const token = JSON.parse(plaintext.toString()) as MfaToken
  if (server !== undefined && token.domain !== server.domain) {
    throw new InvalidArgumentError('mfaToken', 'The MFA token is of another domain than this request.')
  }
  if (token.createdAt + context.config.mfaTokenTtl < context.now()) {
    throw new InvalidArgumentError('mfaToken', 'The MFA token has expired; start again.')
  }
  return token
}
