import {
  deleteAuthenticationMethod, enrollAuthenticationMethod, getAuthenticationMethod, getFactors,
  listAuthenticationMethods, updateAuthenticationMethod, verifyAuthenticationMethod, type AuthenticationMethodType,
  type EnrollAuthenticationMethodParams, type UpdateAuthenticationMethodParams, type VerifyAuthenticationMethodParams
} from '../../authentication/my-account/authentication-methods.js'
import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import { myAccountAudience, type MyAccountOptions } from '../../authentication/my-account/my-account-call.js'
import { getAccessToken } from '../tokens/access-token.js'
import type { PluginContext, RequestContext } from '../context.js'

/** Calls the My Account API with a token of the user that has the one scope the call needs. */
export async function withMyAccount<T> (context: PluginContext, request: RequestContext, scope: string,
  signal: AbortSignal | undefined,
  call: (server: AuthorizationServer, accessToken: string, options: MyAccountOptions) => Promise<T>): Promise<T> {
  const server = await request.server()
  const token = await getAccessToken(context, request, { audience: myAccountAudience(server), scope, signal })
  return await call(server, token.accessToken, { tokenType: token.tokenType, signal })
}

/** Options of a call that can be aborted. */
export interface Signalled {
  signal?: AbortSignal
}

/** `request.auth0.myAccount`: the user's own factors and authentication methods. */
export function myAccount (context: PluginContext, request: RequestContext) {
  const call = async <T>(scope: string, options: Signalled | undefined,
    work: (server: AuthorizationServer, token: string, how: MyAccountOptions) => Promise<T>): Promise<T> =>
    await withMyAccount(context, request, scope, options?.signal, work)
  return {
    /** The factors the user may enroll. */
    getFactors: async (options?: Signalled) => await call('read:me:factors', options, getFactors),
    authenticationMethods: {
      /** The user's methods, of one type or all. */
      list: async (params: { type?: AuthenticationMethodType } = {}, options?: Signalled) =>
        await call('read:me:authentication_methods', options, async (server, token, how) =>
          await listAuthenticationMethods(server, token, params, how)),
      get: async (id: string, options?: Signalled) =>
        await call('read:me:authentication_methods', options, async (server, token, how) =>
          await getAuthenticationMethod(server, token, id, how)),
      update: async (id: string, params: UpdateAuthenticationMethodParams, options?: Signalled) =>
        await call('update:me:authentication_methods', options, async (server, token, how) =>
          await updateAuthenticationMethod(server, token, id, params, how)),
      delete: async (id: string, options?: Signalled) => {
        await call('delete:me:authentication_methods', options, async (server, token, how) => {
          await deleteAuthenticationMethod(server, token, id, how)
        })
      },
      /** Begins an enrollment. */
      enroll: async (params: EnrollAuthenticationMethodParams, options?: Signalled) =>
        await call('create:me:authentication_methods', options, async (server, token, how) =>
          await enrollAuthenticationMethod(server, token, params, how)),
      /** Finishes an enrollment. */
      verify: async (id: string, params: VerifyAuthenticationMethodParams, options?: Signalled) =>
        await call('create:me:authentication_methods', options, async (server, token, how) =>
          await verifyAuthenticationMethod(server, token, id, params, how))
    }
  }
}
