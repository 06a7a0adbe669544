import { areOrdinary, type OrdinaryDemands } from '../../tokens/ordinary-claims.js'
import { verifyJws, type VerifiedJws } from '../../tokens/jws.js'
import type { Awaitable } from '../../../types/stores.js'
import type { ApiResource } from '../config.js'
import type { PluginContext } from '../context.js'
import { jwsRules, type JwsRules, type TokenDemands } from './access-token-check.js'
import { VerifiedToken } from './verified-tokens.js'

/**
 * Bearer tokens of one issuer with the demands that most guards have. What a guard demands and what the options say is
 * looked at once; whoever presents a token pays for its signature and one pass over its claims.
 */
export interface OrdinaryTokens {
  /**
   * Takes a token of which the signature is good and the claims meet the demands beyond doubt.
   * @returns for any other token what has come of its signature: `verifyAccessToken` must decide about it
   */
  take(token: string): VerifiedToken | (() => Awaitable<VerifiedJws>)
}

/**
 * The ordinary tokens of a guard; `undefined` where the guard, or the options, ask for more than is ordinary.
 * @param resource the resource the guard is for, if any
 */
export function ordinaryTokens (context: PluginContext, demands: TokenDemands,
  resource: ApiResource | undefined): OrdinaryTokens | undefined {
  const { issuer, api } = context.config
  const wanted = claimsOf(context, demands, resource)
  if (wanted === undefined || issuer === undefined || context.apiSecret !== undefined || !isOneIssuer(api.issuers) ||
    api.strictType === true || (resource ?? api).dpop === 'required') return undefined
  return new KnownTokens(context, jwsRules(context), { ...wanted, issuer })
}

function isOneIssuer (issuers: PluginContext['config']['api']['issuers']): boolean {
  return issuers === undefined || (typeof issuers !== 'function' && issuers.length === 0)
}

/** Demands beside these are not ordinary, nor is a name that holds a blank, which no scope does. */
function claimsOf ({ config: { api, audience: own, clockTolerance } }: PluginContext,
  { scopes = [], anyScope, permissions = [], audience = api.audience ?? own, optional, resource: named, ...more }:
  TokenDemands, resource: ApiResource | undefined): Omit<OrdinaryDemands, 'issuer'> | undefined {
  const audiences = resource === undefined ? audience : resource.audience
  const names = [...scopes, ...anyScope ?? [], ...permissions]
  if (audiences === undefined || Object.keys(more).length > 0 || names.some(name => name.includes(' '))) {
    return undefined
  }
  return {
    audiences: typeof audiences === 'string' ? [audiences] : audiences,
    scopes,
    anyScope,
    permissions,
    clockTolerance
  }
}

class KnownTokens implements OrdinaryTokens {
  readonly #context: PluginContext
  readonly #rules: JwsRules
  readonly #demands: OrdinaryDemands

  constructor (context: PluginContext, rules: JwsRules, demands: OrdinaryDemands) {
    this.#context = context
    this.#rules = rules
    this.#demands = demands
  }

  take (token: string): VerifiedToken | (() => Awaitable<VerifiedJws>) {
    const { algorithms, types, maxLength } = this.#rules
    const { keys } = this.#context.servers.get(this.#demands.issuer)
    let jws: Awaitable<VerifiedJws>
    try {
      jws = verifyJws(token, { keys, algorithms, types, maxLength })
    } catch (error) {
      return failed(error)
    }
    if (jws instanceof Promise || !areOrdinary(jws.payload, this.#demands, this.#context.now())) return given(jws)
    const verified = new VerifiedToken(token, jws, this.#demands.clockTolerance)
    this.#context.verifiedTokens.add(verified)
    return verified
  }
}

function given<T> (value: T): () => T {
  return () => value
}

function failed (error: unknown): () => never {
  return () => {
    throw error
  }
}
