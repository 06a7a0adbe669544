import type { FastifyInstance } from 'fastify'
import t from 'tap'
import type { UserClaims } from '../../../lib/index.js'
import { sessionCookie, sessionCookies } from '../../../lib/testing/index.js'
import { newSite, type Site } from '../../flows/site.js'
import { jws, rsaKey } from '../../fixtures/jws.js'
import {
  AUDIENCE, BOUND, GuardedSite, places, RESOURCE, urlOf, ways, type Cell, type Guarded, type Way
} from './guard-cells.js'

const NOW = 1_795_000_000
const MFA = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor'

// ——— How one is refused ———

type Refusal = (way: Way, path: string) => Pick<Cell, 'status'> & Partial<Pick<Cell, 'code' | 'location' | 'challenge'>>

const logIn: Refusal = (way, path) =>
  way === 'navigation'
    ? { status: 302, location: `/auth/login?returnTo=${encodeURIComponent(path)}` }
    : { status: 401, code: 'login_required' }

const forbidden = (code: string): Refusal => () => ({ status: 403, code })

/** A browser is sent to the tenant for more, a script is told, and an API's client is challenged (RFC 9470). */
const stepUp = (code: string, query: string): Refusal => way =>
  way === 'navigation'
    ? { status: 302, location: `https://acme.eu.auth0.com/authorize?${query}` }
    : { status: 401, code }

/** What challenges say beside the error: the scopes that are enough, and where the resource describes itself. */
interface Needs {
  scope?: string
  metadata?: string
  /** The schemes the resource takes. */
  schemes?: readonly ('Bearer' | 'DPoP')[]
}

/**
 * The challenges of all schemes in one answer; what is wrong stands with the scheme that was used (RFC 6750, RFC 9449),
 * what a client without a token must ask for with each.
 */
const challenged = (status: number, code: string, wrong = '',
  { scope, metadata, schemes = ['Bearer', 'DPoP'] }: Needs = {}): Refusal => {
  const needed = scope === undefined ? '' : `, scope="${scope}"`
  const where = metadata === undefined ? '' : `, resource_metadata="${metadata}"`
  const challenges = {
    Bearer: `Bearer realm="api"${wrong}${needed}${where}`,
    DPoP: `DPoP realm="api"${wrong === '' ? needed : ''}, algs="ES256"${where}`
  }
  return () => ({ status, code, challenge: schemes.map(scheme => challenges[scheme]).join(', ') })
}

const insufficientAuthentication = (description: string, parameter: string): Refusal =>
  challenged(401, 'insufficient_user_authentication',
    `, error="insufficient_user_authentication", error_description="${description}", ${parameter}`)
const insufficientActor = (description: string): Refusal =>
  challenged(403, 'insufficient_actor', `, error="insufficient_actor", error_description="${description}"`)
const insufficientScope = (claim: string, wanted: string, needs: Needs = {}): Refusal =>
  challenged(403, 'insufficient_scope',
    `, error="insufficient_scope", error_description="The token's '${claim}' claim does not hold all of: ${wanted}."`,
    { scope: wanted, ...needs })
const invalidToken = (description: string, needs: Needs = {}): Refusal =>
  challenged(401, 'invalid_token', `, error="invalid_token", error_description="${description}"`, needs)
const otherOrganization = challenged(403, 'wrong_organization',
  ', error="insufficient_scope", error_description="The \'org_id\' claim of the token is not the organization that ' +
    'was asked for."')
const noToken = (needs?: Needs): Refusal => challenged(401, 'missing_token', '', needs)
const expiredToken = (needs?: Needs): Refusal =>
  invalidToken(`The token expired at ${NOW - 31}; it is ${NOW}.`, needs)
const unknownSignature = (needs?: Needs): Refusal => invalidToken('The signature of the token is not valid.', needs)

// ——— What is asked ———

type Claims = Record<string, unknown>

/** The good standing that is not good enough, and how it is refused; what is not named is let through. */
type Asked = Partial<Record<'wrong claim' | 'other organization', Refusal>> & { needs?: Needs }

interface Subject extends Guarded {
  /** What counts, a session or an access token, and what more is asked of each. */
  asks: { session?: Asked, token?: Asked }
  right: Claims
  wrong: Claims
  sameOrigin?: true
  /** Who presents no token is let through. */
  optional?: true
}

const roles = { right: { role: ['admin', 'x'], teams: ['b', 'a'] }, wrong: { role: 'admin', teams: ['a'] } }
const acme = { right: { org_id: 'org_acme', org_name: 'acme' }, wrong: { org_id: 'org_ACME', org_name: 'org_acme' } }
const permissions = { right: { permissions: ['write', 'read'] }, wrong: { permissions: ['read'] } }
const login = { right: { auth_time: NOW - 90 }, wrong: { auth_time: NOW - 91 } }
const factors = { right: { amr: ['mfa'] }, wrong: { amr: ['pwd'] } }
const classes = { right: { acr: 'silver' }, wrong: { acr: 'bronze' } }
const own = { right: { sub_profile: 'user' }, wrong: { act: { sub: 'agent' }, sub_profile: 'ai_agent' } }
const scopes = { right: { scope: 'list write read' }, wrong: { scope: 'read' } }
const metadata = 'https://app.example.test/.well-known/oauth-protected-resource'
const mcp: Needs = { scope: 'read write', metadata: `${metadata}/mcp` }
const bound: Needs = { metadata: `${metadata}/bound`, schemes: ['Bearer'] }
const onlyAcme: Asked = {
  'wrong claim': forbidden('wrong_organization'),
  'other organization': forbidden('wrong_organization')
}

const subjects: Record<string, Subject> = {
  requireSession: {
    guards: auth0 => [auth0.requireSession],
    declared: { session: true },
    asks: { session: {} },
    ...roles
  },
  'requireClaims of an object': {
    guards: auth0 => [auth0.requireClaims({ role: 'admin', teams: ['a', 'b'] })],
    declared: { claims: { role: 'admin', teams: ['a', 'b'] } },
    asks: { session: { 'wrong claim': forbidden('insufficient_claims') } },
    ...roles
  },
  'requireClaims of a function': {
    guards: auth0 => [auth0.requireClaims(claims => claims.email_verified === true)],
    declared: { claims: async claims => claims.email_verified === true },
    asks: { session: { 'wrong claim': forbidden('insufficient_claims') } },
    right: { email_verified: true },
    wrong: { email_verified: 'true' }
  },
  'requireOrganization by id': {
    guards: auth0 => [auth0.requireOrganization('org_acme')],
    declared: { organization: 'org_acme' },
    asks: { session: onlyAcme },
    ...acme
  },
  'requireOrganization by name': {
    guards: auth0 => [auth0.requireOrganization('Acme')],
    declared: { organization: async () => 'acme' },
    asks: { session: onlyAcme },
    ...acme
  },
  requirePermissions: {
    guards: auth0 => [auth0.requirePermissions('read', 'write')],
    declared: { permissions: ['read', 'write'] },
    asks: { session: { 'wrong claim': forbidden('insufficient_permissions') } },
    ...permissions
  },
  requireFreshLogin: {
    guards: auth0 => [auth0.requireFreshLogin({ maxAge: 60 })],
    declared: { freshLogin: { maxAge: 60 } },
    asks: { session: { 'wrong claim': stepUp('fresh_login_required', 'max_age=60') } },
    ...login
  },
  requireMfa: {
    guards: auth0 => [auth0.requireMfa()],
    declared: { mfa: true },
    asks: { session: { 'wrong claim': stepUp('mfa_required', `acr_values=${MFA}`) } },
    ...factors
  },

  requireOwnSession: {
    guards: auth0 => [auth0.requireOwnSession],
    declared: { ownSession: true },
    asks: { session: { 'wrong claim': forbidden('insufficient_actor') } },
    ...own
  },

  requireToken: {
    guards: auth0 => [auth0.requireToken()],
    declared: { token: true },
    asks: { token: {} },
    ...roles
  },
  'requireToken of scopes': {
    guards: auth0 => [auth0.requireToken({ scopes: ['read', 'write'] })],
    declared: { token: { scopes: ['read', 'write'] } },
    asks: { token: { 'wrong claim': insufficientScope('scope', 'read write'), needs: { scope: 'read write' } } },
    ...scopes
  },
  'requireToken of permissions': {
    guards: auth0 => [auth0.requireToken({ permissions: ['read', 'write'] })],
    declared: { token: { permissions: ['read', 'write'] } },
    asks: { token: { 'wrong claim': insufficientScope('permissions', 'read write'), needs: { scope: 'read write' } } },
    ...permissions
  },
  'requireToken of an organization': {
    guards: auth0 => [auth0.requireToken({ organization: 'org_acme' })],
    declared: { token: { organization: 'org_acme' } },
    asks: { token: { 'wrong claim': otherOrganization, 'other organization': otherOrganization } },
    ...acme
  },
  'requireToken of a recent login': {
    guards: auth0 => [auth0.requireToken({ maxAge: 60 })],
    declared: { token: { maxAge: 60 } },
    asks: {
      token: { 'wrong claim': insufficientAuthentication('More recent authentication is required.', 'max_age="60"') }
    },
    ...login
  },
  'requireToken of authentication classes': {
    guards: auth0 => [auth0.requireToken({ acr: ['gold', 'silver'] })],
    declared: { token: { acr: 'gold silver' } },
    asks: {
      token: {
        'wrong claim': insufficientAuthentication('A different authentication level is required.',
          'acr_values="gold silver"')
      }
    },
    ...classes
  },
  'requireToken of nobody who acts': {
    guards: auth0 => [auth0.requireToken({ actor: 'none' })],
    declared: { token: { actor: act => act === undefined } },
    asks: { token: { 'wrong claim': insufficientActor('The actor may not use this API.') } },
    ...own
  },
  'requireToken of a subject profile': {
    guards: auth0 => [auth0.requireToken({ subjectProfile: ['user', 'service'] })],
    declared: { token: { subjectProfile: 'user service' } },
    asks: {
      token: {
        'wrong claim': insufficientActor("The token's 'sub_profile' claim must be one of: user, service.")
      }
    },
    ...own
  },
  'requireToken, optional': {
    guards: auth0 => [auth0.requireToken({ optional: true })],
    declared: { token: { optional: true } },
    asks: { token: {} },
    optional: true,
    ...roles
  },
  'requireSessionOrToken of scopes': {
    guards: auth0 => [auth0.requireSessionOrToken({ scopes: ['read', 'write'] })],
    declared: { sessionOrToken: { scopes: ['read', 'write'] } },
    asks: {
      session: {},
      token: { 'wrong claim': insufficientScope('scope', 'read write'), needs: { scope: 'read write' } }
    },
    ...scopes
  },
  'requireToken of a resource and scopes': {
    guards: auth0 => [auth0.requireToken({ resource: '/mcp', scopes: ['read', 'write', 'offline_access'] })],
    declared: { token: { resource: '/mcp', scopes: 'read write offline_access' } },
    asks: { token: { 'wrong claim': insufficientScope('scope', 'read write offline_access', mcp), needs: mcp } },
    right: { aud: RESOURCE, scope: 'write read offline_access' },
    wrong: { aud: RESOURCE, scope: 'read' }
  },
  'requireToken of a resource, with a token of the API': {
    guards: auth0 => [auth0.requireToken({ resource: '/bound' })],
    declared: { token: { resource: '/bound' } },
    asks: {
      token: {
        'wrong claim': invalidToken(`The audience of the token is '${AUDIENCE}', expected '${BOUND}'.`, bound),
        needs: bound
      }
    },
    right: { aud: BOUND },
    wrong: { aud: AUDIENCE }
  },
  'requireSessionOrToken of a resource': {
    guards: auth0 => [auth0.requireSessionOrToken({ resource: '/mcp', scopes: ['read', 'write'] })],
    declared: { sessionOrToken: { resource: '/mcp', scopes: ['read', 'write'] } },
    asks: {
      session: {},
      token: { 'wrong claim': insufficientScope('scope', 'read write', mcp), needs: mcp }
    },
    right: { aud: RESOURCE, ...scopes.right },
    wrong: { aud: RESOURCE, ...scopes.wrong }
  },

  // Behind a token, the token is whom they ask.
  'requireToken, requireClaims': {
    guards: auth0 => [auth0.requireToken(), auth0.requireClaims({ role: 'admin', teams: ['a', 'b'] })],
    declared: { token: true, claims: { role: 'admin', teams: ['a', 'b'] } },
    asks: { token: { 'wrong claim': forbidden('insufficient_claims') } },
    ...roles
  },
  'requireSessionOrToken, requireOrganization': {
    guards: auth0 => [auth0.requireSessionOrToken(), auth0.requireOrganization('org_acme')],
    declared: { sessionOrToken: true, organization: 'org_acme' },
    asks: { session: onlyAcme, token: onlyAcme },
    ...acme
  },
  'requireToken, requireOwnSession': {
    guards: auth0 => [auth0.requireToken(), auth0.requireOwnSession],
    declared: { token: true, ownSession: true },
    asks: { token: { 'wrong claim': forbidden('insufficient_actor') } },
    ...own
  },
  'requireToken, requirePermissions': {
    guards: auth0 => [auth0.requireToken(), auth0.requirePermissions('read', 'write')],
    declared: { token: true, permissions: ['read', 'write'] },
    asks: { token: { 'wrong claim': forbidden('insufficient_permissions') } },
    ...permissions
  },
  'requireToken, requireFreshLogin': {
    guards: auth0 => [auth0.requireToken(), auth0.requireFreshLogin({ maxAge: 60 })],
    declared: { token: true, freshLogin: { maxAge: 60 } },
    asks: { token: { 'wrong claim': insufficientAuthentication('Please log in again to go on.', 'max_age="60"') } },
    ...login
  },
  'requireToken, requireMfa': {
    guards: auth0 => [auth0.requireToken(), auth0.requireMfa()],
    declared: { token: true, mfa: true },
    asks: {
      token: { 'wrong claim': insufficientAuthentication('This needs a second factor.', `acr_values="${MFA}"`) }
    },
    ...factors
  },

  'requireSession, requireSameOrigin': {
    guards: auth0 => [auth0.requireSession, auth0.requireSameOrigin],
    declared: { session: true, sameOrigin: true },
    asks: { session: {} },
    sameOrigin: true,
    ...roles
  },
  'requireSessionOrToken, requireSameOrigin': {
    guards: auth0 => [auth0.requireSessionOrToken(), auth0.requireSameOrigin],
    declared: { sessionOrToken: true, sameOrigin: true },
    asks: { session: {}, token: {} },
    sameOrigin: true,
    ...scopes
  },
  'requireSameOrigin alone': {
    guards: auth0 => [auth0.requireSameOrigin],
    declared: { sameOrigin: true },
    asks: {},
    sameOrigin: true,
    ...roles
  }
}

// ——— Who asks, and from where ———

type Standing = 'right' | 'wrong claim' | 'other organization' | 'expired' | "another tenant's"
  | "another tenant's under this one's name"

interface Caller {
  session?: Standing
  token?: Standing
}

const callers: Record<string, Caller> = {
  'no session': {},
  'wrong claim': { session: 'wrong claim' },
  right: { session: 'right' },
  expired: { session: 'expired' },
  'other organization': { session: 'other organization' },
  "another tenant's cookie": { session: "another tenant's" },
  "another tenant's cookie under this one's name": { session: "another tenant's under this one's name" },
  'token of a wrong claim': { token: 'wrong claim' },
  'right token': { token: 'right' },
  'expired token': { token: 'expired' },
  'token of another organization': { token: 'other organization' },
  "another tenant's token": { token: "another tenant's" },
  "another tenant's token under this one's name": { token: "another tenant's under this one's name" },
  'right session, expired token': { session: 'right', token: 'expired' },
  'expired session, right token': { session: 'expired', token: 'right' }
}

/** What a browser, or none, says of where a request comes from, and whether that is the application itself. */
const origins: Record<string, { headers: Record<string, string>, own: boolean }> = {
  'this origin': { headers: { 'sec-fetch-site': 'same-origin' }, own: true },
  'the address bar': { headers: { 'sec-fetch-site': 'none' }, own: true },
  'another site': { headers: { 'sec-fetch-site': 'cross-site' }, own: false },
  'a sibling host': { headers: { 'sec-fetch-site': 'same-site' }, own: false },
  'nothing said': { headers: {}, own: false },
  'Origin of this application': { headers: { origin: 'https://app.example.test' }, own: true },
  'Origin of another site': { headers: { origin: 'https://evil.test' }, own: false },
  'Origin null': { headers: { origin: 'null' }, own: false },
  'another site that claims this Origin': {
    headers: { 'sec-fetch-site': 'cross-site', origin: 'https://app.example.test' },
    own: false
  }
}

// ——— The rule ———

/** How a caller is refused; `undefined` for one who is let through. */
function verdict ({ asks, sameOrigin, optional }: Subject, caller: Caller, own: boolean,
  way: Way): Refusal | undefined {
  if (optional === true && caller.token === undefined) return undefined
  // A token counts where tokens are asked for, before any session; a session nowhere else.
  const by = asks.token !== undefined && (caller.token !== undefined || asks.session === undefined)
    ? 'token'
    : 'session'
  const asked = asks[by]
  const refusal = asked === undefined ? undefined : refusalOf(by, asked, caller[by])
  if (refusal !== undefined) return refusal
  const changes = way === 'POST' || way === 'WebSocket'
  return sameOrigin === true && changes && by === 'session' && !own ? forbidden('cross_site_request') : undefined
}

function refusalOf (by: 'session' | 'token', asked: Asked, standing: Standing | undefined): Refusal | undefined {
  if (standing === 'right') return undefined
  if (standing === 'wrong claim' || standing === 'other organization') return asked[standing]
  if (by === 'session') return logIn
  const refused = standing === undefined ? noToken : standing === 'expired' ? expiredToken : unknownSignature
  return refused(asked.needs)
}

function expected (refusal: Refusal | undefined, way: Way, path: string): Partial<Cell> {
  const always = { location: undefined, challenge: undefined, code: undefined, sessionsSet: '' }
  if (refusal === undefined) return { ...always, status: way === 'WebSocket' ? 101 : 200, runs: 1 }
  return {
    ...always,
    ...refusal(way, path),
    ...(way === 'HEAD' && { code: undefined }),
    cacheControl: 'no-store',
    runs: 0
  }
}

// ——— The credentials ———

/** The cookies and tokens of one subject's callers. */
async function credentials (here: FastifyInstance, { tenant }: Site, other: FastifyInstance,
  { right, wrong }: Subject): Promise<Record<'session' | 'token', Record<Standing, string>>> {
  const user = (claims: Claims): UserClaims => ({ sub: 'auth0|ada', ...claims })
  const elsewhere = { ...right, org_id: 'org_other', org_name: 'other' }
  const [ours, theirs] = [await sessionCookies(here, { user: user(right) }),
    await sessionCookies(other, { user: user(right) })]
  const payload = (claims: Claims): Claims => ({
    iss: tenant.issuer,
    sub: 'auth0|ada',
    aud: AUDIENCE,
    azp: 'spa',
    iat: NOW - 60,
    exp: NOW + 60,
    ...claims
  })
  const stranger = (claims: Claims): string =>
    jws({
      header: { alg: 'RS256', typ: 'JWT', kid: 'key-1' },
      payload: payload(claims),
      key: rsaKey('another tenant').privateKey
    })
  return {
    session: {
      right: await sessionCookie(here, { user: user(right) }),
      'wrong claim': await sessionCookie(here, { user: user(wrong) }),
      'other organization': await sessionCookie(here, { user: user(elsewhere) }),
      expired: await sessionCookie(here, { user: user(right), createdAt: NOW - 300_000 }),
      "another tenant's": await sessionCookie(other, { user: user(right) }),
      "another tenant's under this one's name": theirs.map(({ value }, i) => `${ours[i]!.name}=${value}`).join('; ')
    },
    token: {
      right: tenant.jwt(payload(right)),
      'wrong claim': tenant.jwt(payload(wrong)),
      'other organization': tenant.jwt(payload(elsewhere)),
      expired: tenant.jwt(payload({ ...right, exp: NOW - 31 })),
      "another tenant's": stranger({ ...right, iss: 'https://other.eu.auth0.com/' }),
      "another tenant's under this one's name": stranger(right)
    }
  }
}

/**
 * Who asks a guard: whoever shows what it takes, one good caller who shows what it does not take, and from every origin
 * where that counts.
 */
function * questions (
  { asks, sameOrigin }: Subject
): Generator<{ who: string, caller: Caller, headers: Record<string, string>, own: boolean }> {
  for (const [name, caller] of Object.entries(callers)) {
    const usual = ['no session', 'right', 'right token'].includes(name)
    if (sameOrigin === true) {
      const from = name === 'right'
        ? Object.entries(origins)
        : usual
          ? Object.entries(origins).filter(([origin]) => ['this origin', 'another site'].includes(origin))
          : []
      for (const [origin, { headers, own }] of from) yield { who: `${name}, from ${origin}`, caller, headers, own }
    } else if (usual || (caller.session !== undefined && asks.session !== undefined) ||
      (caller.token !== undefined && asks.token !== undefined)) {
      yield { who: name, caller, headers: {}, own: false }
    }
  }
}

t.test('guard × caller × way of asking × place: status, code, headers, and whether the handler ran', async t => {
  const matrix = new GuardedSite()
  await matrix.build(subjects)
  t.teardown(async () => {
    await matrix.close()
  })
  const other = newSite(t, { clientId: 'client-2', domain: 'other.eu.auth0.com' })

  let cells = 0
  for (const [name, subject] of Object.entries(subjects)) {
    const { session, token } = await credentials(matrix.app, matrix.site, other.app, subject)
    const problems: string[] = []
    for (const { who, caller, headers, own } of questions(subject)) {
      const presented = {
        ...headers,
        ...(caller.session !== undefined && { cookie: session[caller.session] }),
        ...(caller.token !== undefined && { authorization: `Bearer ${token[caller.token]}` })
      }
      for (const place of places) {
        const url = urlOf(name, place)
        for (const way of ways) {
          cells++
          const cell = await matrix.ask(url, way, presented)
          const wanted = expected(verdict(subject, caller, own, way), way, url)
          for (const [member, value] of Object.entries(wanted)) {
            const found = cell[member as keyof Cell]
            if (found !== value) {
              problems.push(`${place}, ${who}, ${way}: ${member} ${String(found)} instead of ${String(value)}`)
            }
          }
        }
      }
    }
    t.strictSame(problems, [], name)
  }
  t.comment(`${cells} cells`)
})
