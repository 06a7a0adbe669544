import { randomBytes } from 'node:crypto'
import {
  mfaOobGrant, mfaOtpGrant, mfaRecoveryCodeGrant, passwordlessOtpGrant, webauthnGrant
} from '../../authentication/api/grants.js'
import {
  challengeAuthenticator, deleteAuthenticator, enrollAuthenticator, listAuthenticators, type MfaFactor
} from '../../authentication/api/mfa.js'
import {
  passkeyLoginChallenge, passkeySignupChallenge, type PasskeyLoginParams, type PasskeySignupParams
} from '../../authentication/api/passkeys.js'
import {
  startOtpChallenge, startPasswordlessEmail, startPasswordlessSms, type OtpChallengeParams, type PasswordlessStart
} from '../../authentication/api/passwordless.js'
import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import type { RequestOptions } from '../../authentication/server/request-options.js'
import { InvalidArgumentError, MfaRequiredError, MissingRequiredArgumentError } from '../../errors.js'
import { checkOrganization } from '../../tokens/claims.js'
import type { Session } from '../../../types/session.js'
import type { TokenResponse } from '../../../types/tokens.js'
import { maxAge } from './authorization-params.js'
import { callbackUrl, type PluginContext, type RequestContext } from '../context.js'
import { establishSession } from './establish-session.js'
import { verifyIdToken } from '../tokens/id-token.js'
import { loginOrganization } from './organization.js'
import { checkAppState } from './login.js'
import { openMfaToken, sealMfaToken, type MfaToken } from '../tokens/mfa-token.js'
import { pathAfterLogin } from './return-to.js'
import { joinScopes, loginScope } from '../tokens/scopes.js'
import { currentSession } from '../session/session.js'
import { spendRefreshToken } from '../tokens/spend-refresh-token.js'
import { mergeTokens, tokenSetOf } from '../tokens/token-sets.js'

/** Parameters a magic link may carry to `/authorize`. */
const LINK_PARAMS = new Set(['audience', 'login_hint', 'ui_locales', 'screen_hint', 'prompt', 'max_age', 'acr_values',
  'scope', 'organization'])

/** Options that every call to Auth0 takes. */
export interface EmbeddedCallOptions {
  signal?: AbortSignal
  /** The end user's address, for Auth0's attack protection. */
  clientIp?: string
}

/** Options of `passwordless.start()`. */
export type StartPasswordlessOptions = EmbeddedCallOptions & { language?: string, captcha?: string } & (
  | {
    connection: 'email',
    email: string,
    send?: 'code' | 'link',
    authParams?: Record<string, unknown>,
    returnTo?: string,
    appState?: unknown
  }
  | { connection: 'sms', phoneNumber: string }
)

/** Options of `passwordless.verify()`. */
export type VerifyPasswordlessOptions = EmbeddedCallOptions & {
  verificationCode: string,
  scope?: string,
  audience?: string
} & (
  { connection: 'email', email: string } | { connection: 'sms', phoneNumber: string } | { authSession: string }
)

/** What every login without a page returns. */
export interface EmbeddedLogin {
  session: Session
}

function requestOptions ({ signal, clientIp }: EmbeddedCallOptions): RequestOptions {
  return { ...(signal !== undefined && { signal }), ...(clientIp !== undefined && { forwardedFor: clientIp }) }
}

/** What a login asks for: the tokens, and the organization they have to be of. */
interface Asked {
  audience: string | undefined
  scope: string
  organization: string | undefined
}

/** Turns a grant's answer into a session; a second factor that is asked for comes back sealed. */
async function logIn (context: PluginContext, request: RequestContext, server: AuthorizationServer, asked: Asked,
  grant: () => Promise<TokenResponse>): Promise<EmbeddedLogin> {
  let tokens: TokenResponse
  try {
    tokens = await grant()
  } catch (error) {
    throw error instanceof MfaRequiredError ? sealMfaToken(context, server, error, asked) : error
  }
  const { organization } = asked
  const claims = await verifyIdToken(context, server, tokens.id_token, {
    fresh: true,
    accessToken: tokens.access_token,
    ...(organization !== undefined && { organization })
  })
  return {
    session: await establishSession(context, request, {
      server,
      tokens,
      claims,
      audience: asked.audience,
      scope: asked.scope
    })
  }
}

async function wanted (context: PluginContext, request: RequestContext,
  options: { audience?: string | undefined, scope?: string | undefined, organization?: unknown }): Promise<Asked> {
  const audience = options.audience ?? context.config.audience
  const scope = options.scope === undefined
    ? loginScope(context.config.scope, audience)
    : joinScopes('openid', options.scope)
  return { audience, scope, organization: await loginOrganization(request, options.organization) }
}

/** `request.auth0.passwordless`: codes and links by e-mail and text message. */
export function passwordless (context: PluginContext, request: RequestContext) {
  return {
    /** Sends a code, or a link that comes back to the callback route. */
    start: async (options: StartPasswordlessOptions): Promise<PasswordlessStart> => {
      const server = await request.server()
      const how = requestOptions(options)
      const shared = {
        ...(options.language !== undefined && { language: options.language }),
        ...(options.captcha !== undefined && { captcha: options.captcha })
      }
      if (options.connection === 'sms') {
        return await startPasswordlessSms(server, { ...shared, phoneNumber: options.phoneNumber }, how)
      }
      if (options.connection !== 'email') {
        throw new InvalidArgumentError('connection',
          'The connection must be "email" or "sms"; for a database connection use challenge().')
      }
      if (options.send !== 'link') {
        return await startPasswordlessEmail(server, { ...shared, email: options.email, send: 'code' }, how)
      }
      const authParams = await magicLink(context, request, server, options)
      return await startPasswordlessEmail(server, { ...shared, email: options.email, send: 'link', authParams }, how)
    },
    /** Sends a code to a user of a database connection; give the result's `authSession` to `verify()`. */
    challenge: async (options: OtpChallengeParams & EmbeddedCallOptions): Promise<{ authSession: string }> =>
      await startOtpChallenge(await request.server(), options, requestOptions(options)),
    /** Checks the code and begins a session. */
    verify: async (options: VerifyPasswordlessOptions): Promise<EmbeddedLogin> => {
      const server = await request.server()
      const asked = await wanted(context, request, options)
      if (typeof options.verificationCode !== 'string' || options.verificationCode === '') {
        throw new MissingRequiredArgumentError('verificationCode')
      }
      return await logIn(context, request, server, asked, async () =>
        await passwordlessOtpGrant(server, {
          otp: options.verificationCode,
          scope: asked.scope,
          ...(asked.audience !== undefined && { audience: asked.audience }),
          ...('authSession' in options
            ? { authSession: options.authSession }
            : {
                realm: options.connection,
                username: options.connection === 'email' ? options.email : options.phoneNumber
              })
        }, requestOptions(options)))
    }
  }
}

/** A magic link has no PKCE: it may be opened where nothing was started. State and nonce bind it to this browser. */
async function magicLink (context: PluginContext, request: RequestContext, server: AuthorizationServer,
  options: { authParams?: Record<string, unknown>, returnTo?: string, appState?: unknown }
): Promise<Record<string, unknown>> {
  const refused = Object.keys(options.authParams ?? {}).find(name => !LINK_PARAMS.has(name))
  if (refused !== undefined) {
    throw new InvalidArgumentError(`authParams.${refused}`,
      `The parameter "${refused}" cannot be set for a magic link.`)
  }
  const redirectUri = callbackUrl(context, request)
  if (redirectUri === undefined) {
    throw new MissingRequiredArgumentError('routes.callback', 'A magic link needs the callback route.')
  }
  const params = options.authParams ?? {}
  const { audience, scope, organization } = await wanted(context, request,
    params as { audience?: string, scope?: string, organization?: unknown })
  const oldest = maxAge(params.max_age, 'authParams.max_age')
  const random = randomBytes(48).toString('base64url')
  const state = random.slice(0, 32)
  const nonce = random.slice(32)
  const metadata = await server.metadata()
  const returnTo = pathAfterLogin(options.returnTo, request.appBase(), context.config)
  const chosen = { ...(audience !== undefined && { audience }), ...(organization !== undefined && { organization }) }
  await context.transactions.set(request.jar, state, {
    kind: 'magic-link',
    state,
    nonce,
    codeVerifier: '',
    redirectUri,
    domain: server.domain,
    issuer: metadata.issuer,
    createdAt: context.now(),
    scope,
    ...chosen,
    ...(returnTo !== undefined && { returnTo }),
    ...(oldest !== undefined && { maxAge: oldest }),
    ...(options.appState !== undefined && { appState: checkAppState(options.appState) })
  }, context.config.transactionDuration)
  return { ...params, redirect_uri: redirectUri, response_type: 'code', state, nonce, scope, ...chosen }
}

/** Options of `mfa.verify()`: one of a code, an out-of-band answer, a recovery code. */
export type VerifyMfaOptions = EmbeddedCallOptions & { mfaToken: string, persist?: boolean }
  & ({ otp: string } | { oobCode: string, bindingCode?: string } | { recoveryCode: string })

/** What `mfa.verify()` returns. */
export interface VerifiedMfa {
  session: Session | undefined
  accessToken: string
  expiresAt: number
  recoveryCode: string | undefined
}

/** `request.auth0.mfa`: second factors, with the sealed token of a `MfaRequiredError`. */
export function mfa (context: PluginContext, request: RequestContext) {
  const call = async <T extends { mfaToken: string } & EmbeddedCallOptions, R>(options: T,
    work: (server: AuthorizationServer, params: T, how: RequestOptions) => Promise<R>): Promise<R> => {
    const server = await request.server()
    return await work(server, { ...options, mfaToken: openMfaToken(context, options.mfaToken, server).mfaToken },
      requestOptions(options))
  }
  return {
    listAuthenticators: async (options: { mfaToken: string } & EmbeddedCallOptions) =>
      await call(options, listAuthenticators),
    enroll: async (
      options: { mfaToken: string, factor: MfaFactor, phoneNumber?: string, email?: string } & EmbeddedCallOptions
    ) => await call(options, enrollAuthenticator),
    challenge: async (
      options: { mfaToken: string, challengeType?: 'otp' | 'oob', authenticatorId?: string } & EmbeddedCallOptions
    ) => await call(options, challengeAuthenticator),
    deleteAuthenticator: async (options: { mfaToken: string, authenticatorId: string } & EmbeddedCallOptions) => {
      await call(options, deleteAuthenticator)
    },
    /** Finishes the interrupted request: the session that wanted the tokens gets them; a login begins a session. */
    verify: async (options: VerifyMfaOptions): Promise<VerifiedMfa> => await verifyMfa(context, request, options),
    /** What a sealed token was made for; Auth0's own token stays inside. */
    decodeMfaToken: (mfaToken: string): Omit<MfaToken, 'mfaToken'> => {
      const { mfaToken: _, ...rest } = openMfaToken(context, mfaToken)
      return rest
    }
  }
}

async function verifyMfa (context: PluginContext, request: RequestContext,
  options: VerifyMfaOptions): Promise<VerifiedMfa> {
  const server = await request.server()
  const interrupted = openMfaToken(context, options.mfaToken, server)
  const asked = { audience: interrupted.audience, scope: interrupted.scope ?? '' }
  const shared = {
    mfaToken: interrupted.mfaToken,
    ...(asked.audience !== undefined && { audience: asked.audience }),
    ...(asked.scope !== '' && { scope: asked.scope })
  }
  const how = requestOptions(options)
  let tokens: TokenResponse
  try {
    tokens = 'otp' in options
      ? await mfaOtpGrant(server, { ...shared, otp: options.otp }, how)
      : 'oobCode' in options
        ? await mfaOobGrant(server, {
          ...shared,
          oobCode: options.oobCode,
          ...(options.bindingCode !== undefined && { bindingCode: options.bindingCode })
        }, how)
        : await mfaRecoveryCodeGrant(server, { ...shared, recoveryCode: options.recoveryCode }, how)
  } catch (error) {
    throw error instanceof MfaRequiredError ? sealMfaToken(context, server, error, interrupted) : error
  }
  const now = context.now()
  const set = tokenSetOf(tokens, { ...asked, now })
  const result = { accessToken: set.accessToken, expiresAt: set.expiresAt, recoveryCode: tokens.recovery_code }
  if (options.persist === false) return { ...result, session: undefined }
  const enforced = await request.organization()
  const organization = interrupted.organization ?? enforced
  const claims = tokens.id_token === undefined
    ? undefined
    : await verifyIdToken(context, server, tokens.id_token, {
      fresh: true,
      accessToken: tokens.access_token,
      ...(organization !== undefined && { organization })
    })
  if (claims !== undefined && enforced !== undefined) checkOrganization(claims, enforced)
  const record = (await currentSession(context, request))?.record
  if (record === undefined || record.id !== interrupted.sessionId ||
    (claims !== undefined && claims.sub !== record.user.sub)) {
    if (claims === undefined) {
      throw new InvalidArgumentError('mfaToken', 'The second factor gave no ID token, so no session can begin.')
    }
    return {
      ...result,
      session: await establishSession(context, request, {
        server,
        tokens,
        claims,
        audience: asked.audience,
        scope: asked.scope
      })
    }
  }
  await spendRefreshToken(context, request, record, async () => ({
    result: undefined,
    next: saved => {
      const user = claims === undefined
        ? saved.record.user
        : {
            ...saved.record.user,
            ...(claims.amr !== undefined && { amr: claims.amr }),
            ...(claims.acr !== undefined && { acr: claims.acr }),
            ...(claims.auth_time !== undefined && { auth_time: claims.auth_time })
          }
      return {
        tokens: mergeTokens(saved.tokens, set, tokens, now, context.config.storeIdToken),
        record: user === saved.record.user ? saved.record : { ...saved.record, user }
      }
    }
  }))
  return { ...result, session: undefined }
}

/** Options of `passkeys.signIn()`. */
export interface PasskeySignInOptions extends EmbeddedCallOptions {
  authSession: string
  /** What `navigator.credentials` answered, binary fields as base64url. */
  authnResponse: Record<string, unknown>
  connection?: string
  organization?: string
  scope?: string
  audience?: string
}

async function inOrganization<T extends { organization?: string | undefined }> (request: RequestContext,
  options: T): Promise<T> {
  return { ...options, organization: await loginOrganization(request, options.organization) }
}

/** `request.auth0.passkeys`: signup and login with a passkey. */
export function passkeys (context: PluginContext, request: RequestContext) {
  return {
    signupChallenge: async (options: PasskeySignupParams & EmbeddedCallOptions) =>
      await passkeySignupChallenge(await request.server(), await inOrganization(request, options),
        requestOptions(options)),
    loginChallenge: async (options: PasskeyLoginParams & EmbeddedCallOptions = {}) =>
      await passkeyLoginChallenge(await request.server(), await inOrganization(request, options),
        requestOptions(options)),
    /** Checks the passkey's answer at Auth0 and begins a session. */
    signIn: async (options: PasskeySignInOptions): Promise<EmbeddedLogin> => {
      const server = await request.server()
      const asked = await wanted(context, request, options)
      return await logIn(context, request, server, asked, async () =>
        await webauthnGrant(server, {
          authSession: options.authSession,
          authnResponse: options.authnResponse,
          scope: asked.scope,
          ...(asked.audience !== undefined && { audience: asked.audience }),
          ...(options.connection !== undefined && { realm: options.connection }),
          ...(asked.organization !== undefined && { organization: asked.organization })
        }, requestOptions(options)))
    }
  }
}
