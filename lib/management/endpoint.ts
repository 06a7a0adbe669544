import type { CallOptions, Listing, SubscribeOptions, UploadOptions } from '../../types/management.js'

/** HTTP methods of the Management API. */
export type Verb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A type that a row carries. That it is there is also the fact that counts at run time. */
export interface Of<T, TOptional extends boolean = boolean> {
  readonly optional: TOptional
  /** Whether nothing is sent where nothing is given. */
  readonly omitted?: true
  /** Whether a text may be given, which is sent as a JSON string. */
  readonly text?: true
  readonly type?: T
}

/** Says of what type a body, a query or an answer is. */
export function of<T> (): Of<T, false> {
  return { optional: false }
}

/** Says of what type a body is that may be a text. */
export function orText<T> (): Of<T, false> {
  return { optional: false, text: true }
}

/** Says of what type a body is that need not be given: then it is an empty object. */
export function optional<T> (): Of<T, true> {
  return { optional: true }
}

/** Says of what type a body is that need not be given: then there is none. */
export function omittable<T> (): Of<T, true> {
  return { optional: true, omitted: true }
}

/** One endpoint: what a call sends and takes back. `TCall` is the signature that follows from it. */
export interface Row<TCall> {
  readonly verb: Verb
  readonly path: string
  readonly body?: Of<unknown>
  readonly query?: Of<unknown>
  /** Without it an answer's body is of no interest. */
  readonly returns?: Of<unknown>
  readonly listing?: Listing<unknown>
  /** How the body is sent and the answer read, where it is not JSON. */
  readonly form?: 'multipart' | 'events'
  /** Whether the `auth0-custom-domain` header counts. */
  readonly customDomain?: boolean
  readonly call?: TCall
}

/** The names of path parameters as hover shows them; a path with another one has no signature. */
interface IdNames {
  id: [id: string]
  actionId: [actionId: string]
  authentication_method_id: [authenticationMethodId: string]
  client_id: [clientId: string]
  connectionId: [connectionId: string]
  connection_id: [connectionId: string]
  credential_id: [credentialId: string]
  discovery_domain: [discoveryDomain: string]
  discovery_domain_id: [discoveryDomainId: string]
  event_id: [eventId: string]
  execution_id: [executionId: string]
  flow_id: [flowId: string]
  grant_id: [grantId: string]
  group_id: [groupId: string]
  invitation_id: [invitationId: string]
  key: [key: string]
  kid: [kid: string]
  language: [language: string]
  name: [name: string]
  organization_id: [organizationId: string]
  page: [page: string]
  profileId: [profileId: string]
  prompt: [prompt: string]
  provider: [provider: string]
  role_id: [roleId: string]
  screen: [screen: string]
  templateName: [templateName: string]
  template_id: [templateId: string]
  themeId: [themeId: string]
  tokenId: [tokenId: string]
  tokenset_id: [tokensetId: string]
  triggerId: [triggerId: string]
  user_id: [userId: string]
  versionId: [versionId: string]
  vid: [variationId: string]
}

/** The path parameters of a path, as leading arguments. */
export type Ids<P extends string> = P extends `${string}{${infer Name}}${infer Rest}`
  ? Name extends keyof IdNames ? [...IdNames[Name], ...Ids<Rest>]
    : never
  : []
type BodyArgument<B, O extends boolean> = [B] extends [never] ? [] : O extends true ? [body?: B] : [body: B]
type QueryArgument<Q> = [Q] extends [never] ? [] : {} extends Q ? [query?: Q] : [query: Q]

interface Facts<B, O extends boolean, Q, R> {
  body?: Of<B, O>
  query?: Of<Q>
  returns?: Of<R>
  customDomain?: true
}

type Call<P extends string, B, O extends boolean, Q, R> = Row<
  (...args: [...Ids<P>, ...BodyArgument<B, O>, ...QueryArgument<Q>, options?: CallOptions]) => Promise<R>
>

/** A row as it is at run time. */
export function row (
  verb: Verb,
  path: string,
  facts: Omit<Row<never>, 'verb' | 'path' | 'call'> = {}
): Row<never> {
  return { verb, path, ...facts }
}

export function get<const P extends string, Q = never, R = void> (
  path: P,
  facts?: Facts<never, never, Q, R>
): Call<P, never, never, Q, R> {
  return row('GET', path, facts)
}

type Writing = <const P extends string, B = never, O extends boolean = never, Q = never, R = void>(
  path: P, facts?: Facts<B, O, Q, R>
) => Call<P, B, O, Q, R>

export const post: Writing = (path, facts) => row('POST', path, facts)
export const put: Writing = (path, facts) => row('PUT', path, facts)
export const patch: Writing = (path, facts) => row('PATCH', path, facts)
export const del: Writing = (path, facts) => row('DELETE', path, facts)

/** An endpoint that takes a file. */
export function upload<const P extends string, B, R> (
  path: P,
  facts: { body: Of<B>, returns: Of<R> }
): Row<(...args: [...Ids<P>, body: B, options?: UploadOptions]) => Promise<R>> {
  return row('POST', path, { ...facts, form: 'multipart' })
}

/** An endpoint that goes on answering. */
export function stream<const P extends string, Q, R> (
  path: P,
  facts: { query: Of<Q>, returns: Of<R> }
): Row<(...args: [...Ids<P>, query?: Q, options?: SubscribeOptions]) => AsyncIterable<R>> {
  return row('GET', path, { ...facts, form: 'events' })
}
