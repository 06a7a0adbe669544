import type { FastifyRequest } from 'fastify'
import type { OnUnauthenticated } from './options.js'
import type { UserClaims } from './session.js'
import type { Actor } from './tokens.js'

/** What an API wants of a token. */
export interface AccessTokenDemands {
  /** All of these: a list, or a text with a space between them. */
  scopes?: string | readonly string[]
  /** At least one of these. */
  anyScope?: string | readonly string[]
  /** All of these, from the `permissions` claim. */
  permissions?: string | readonly string[]
  /** Organization id (`org_…`) or name. */
  organization?: string
  /** Identifier of the API, or several; the configured one unless given. */
  audience?: string | readonly string[]
  /** Seconds at most since the user last proved who they are (`api.claims.authTime`). @see RFC 9470 */
  maxAge?: number
  /** One of these authentication context classes (`api.claims.acr`), the preferred one first. @see RFC 9470 */
  acr?: string | readonly string[]
  /**
   * Who acts for the subject (`act`): nobody may, somebody must, or a function decides. It gets the current actor, or
   * `undefined` where nobody acts; anything but `true` refuses the token. @see RFC 8693 section 4.1
   */
  actor?: ActorDemand
  /** What the subject must be (`sub_profile`): one of these, such as `'user'` or `'ai_agent'`. */
  subjectProfile?: string | readonly string[]
  /**
   * Whether tokens of visitors who have not logged in pass (beta), whose `sub` is `anon@…`. Default `false`: an API
   * that allows anonymous access at Auth0 still refuses them here.
   */
  anonymous?: boolean
  /** `true` lets requests without a token pass; what they present must still be good. Default `false`. */
  optional?: boolean
  /** Path of a resource of `api.resources`: its audience, its metadata and its rules are the ones that count. */
  resource?: string
}

/** What a guard asks of the actor in a token's `act` claim. */
export type ActorDemand = 'none' | 'required' | Rules['actor']

/**
 * What each tool of an MCP server asks for: scopes by the name of the tool. `'*'` stands for every tool that is not
 * named; without it those need no more than a token.
 */
export type ToolScopes = Readonly<Record<string, string | readonly string[]>>

/** The request as a rule of the application sees it; the route's schema says what its parameters are. */
export type RuleRequest = FastifyRequest & { params: Readonly<Record<string, string>> }

/** Functions of the options as methods: one that names the type of its route's request fits as well. */
interface Rules {
  claims (claims: Readonly<UserClaims>, request: RuleRequest): boolean | Promise<boolean>
  organization (request: RuleRequest): string | undefined | Promise<string | undefined>
  actor (act: Readonly<Actor> | undefined): boolean
}

/** A claim value that can be compared. */
export type PlainClaim = string | number | boolean | null

/**
 * What `requireClaims()` asks for: claims and their values, or a function that says `true`.
 * A value fits a claim that equals it or is a list with it; a list fits a claim that is a list with all of it.
 */
export type ClaimDemands =
  | Readonly<Record<string, PlainClaim | readonly PlainClaim[]>>
  | Rules['claims']

/**
 * Id (`org_…`) or name of an organization, or a function that gives the one this request is about; none lets nobody
 * pass.
 */
export type OrganizationDemand =
  | string
  | Rules['organization']

/** `config.auth0` of a route: its guards, asked before the body is read. */
export interface RouteAuth0Config {
  /** `true`: as `requireSession`. */
  session?: boolean
  /** As `requireToken()`, with what is asked of the token. */
  token?: boolean | AccessTokenDemands
  /** As `requireOwnSession`. */
  ownSession?: boolean
  /** As `requireSessionOrToken()`. */
  sessionOrToken?: boolean | AccessTokenDemands
  /** As `requireSameOrigin`. */
  sameOrigin?: boolean
  /** As `requireOrganization()`. */
  organization?: OrganizationDemand
  /** As `requireClaims()`. */
  claims?: ClaimDemands
  /** As `requirePermissions()`. */
  permissions?: string | readonly string[]
  /** As `requireFreshLogin()`; seconds. */
  freshLogin?: { maxAge: number }
  /** As `requireMfa()`. */
  mfa?: boolean
  /** `false`: requests of this route do not prolong the session, such as those of a page that polls. */
  touch?: boolean
  /** Guards of the surrounding scope let this route pass. */
  public?: boolean
  /** What happens to a request of this route that has no session. */
  onUnauthenticated?: OnUnauthenticated
}
