import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import t, { type Test } from 'tap'
import { createTenant, type Tenant, type TenantOptions } from '../../../lib/testing/index.js'
import { ManagementClient } from '../../../lib/management/index.js'
import { startServer } from '../../fixtures/loopback.js'
import { callbackParams, claimsOf, redirectUri, Wire } from './wire.js'

const issuer = 'https://acme.eu.auth0.com/'
const resource = 'https://mcp.example.com/mcp'
const machine = { clientId: 'm2m', clientSecret: 'machine secret' }
const base: TenantOptions = {
  issuer,
  clients: [machine],
  resourceServers: [{ identifier: resource, scopes: ['read:x', 'write:x'] }],
  organizations: [{ id: 'org_1', name: 'acme', members: ['ada@example.com'] }]
}

async function registered (tenant: Tenant, document: Record<string, unknown>): Promise<Record<string, unknown>> {
  const { status, body } = await new Wire(tenant).send('POST', '/oidc/register', document)
  return { status, ...body }
}

/** Consent is one page more; a user who has let an application in is not asked again. */
async function checkThirdParty (t: Test, tenant: Tenant, clientId: string): Promise<void> {
  const wire = new Wire(tenant, { client_id: clientId })
  const browser = tenant.browser()
  const login = async (params: Record<string, string> = {}): Promise<Record<string, string>> =>
    callbackParams(await browser.login({ authorizationUrl: wire.authorizationUrl({ resource, ...params }) }))
  t.match(
    callbackParams(await tenant.login({
      authorizationUrl: wire.authorizationUrl({ organization: 'org_1' })
    })),
    { error: 'invalid_request', error_description: /organization is not allowed/u }
  )
  const pages = (): number =>
    tenant.requests.filter(({ path, method }) => path === '/u/login' && method === 'POST').length
  const before = pages()
  const { code } = await login({ scope: 'openid read:x offline_access' })
  t.equal(pages() - before, 2, 'the password and the consent')
  const { status, body } = await wire.exchange(`${redirectUri}?code=${code}`, { resource })
  t.equal(status, 200, JSON.stringify(body))
  t.match(claimsOf(String(body.access_token)), { azp: clientId, aud: [resource, String], scope: /read:x/u })
  t.match(await wire.token({ grant_type: 'refresh_token', refresh_token: String(body.refresh_token), resource }), {
    status: 200
  })
  t.match(await login({ prompt: 'none' }), { code: String }, 'asked once')
  await tenant.revoke(String(claimsOf(String(body.access_token)).sub))
  const revoked = pages()
  await login()
  t.equal(pages() - revoked, 2, 'and again when consent was taken back')
  const other = tenant.browser()
  const asBob = (params: Record<string, string>): Promise<string> =>
    other.login({ authorizationUrl: wire.authorizationUrl(params), user: 'alan@example.com', cancel: false })
  t.match(callbackParams(await asBob({})), { code: String })
  t.strictSame(tenant.errors, [])
}

t.test('metadata of the tenant as an authorization server', async t => {
  const tenant = await createTenant(base)
  const wire = new Wire(tenant)
  const headers = { origin: 'https://inspector.example' }
  const { body } = await wire.send('GET', '/.well-known/openid-configuration')
  const answer = await wire.send('GET', '/.well-known/oauth-authorization-server', undefined, headers)
  t.strictSame(answer.body, body)
  t.ok(answer.headers.get('access-control-allow-origin'))
  t.match(body, {
    issuer,
    registration_endpoint: `${issuer}oidc/register`,
    client_id_metadata_document_supported: true,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: false
  })
  t.equal((await wire.send('GET', '/.well-known/nothing')).status, 404)
  t.strictSame(tenant.errors, [])
})

t.test('dynamic registration', async t => {
  const tenant = await createTenant(base)
  const document = { client_name: 'Inspector', redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }
  const client = await registered(tenant, document)
  t.match(client, {
    status: 201,
    client_id: /^tpc_/u,
    client_name: 'Inspector',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token']
  })
  t.notOk('client_secret' in client)
  await checkThirdParty(t, tenant, String(client.client_id))

  const secret = await registered(tenant, { ...document, token_endpoint_auth_method: undefined })
  t.match(secret, { client_secret: String, client_secret_expires_at: 0, token_endpoint_auth_method: /basic/u })
  const wire = new Wire(tenant, { client_id: String(secret.client_id) })
  const callback = await tenant.login({ authorizationUrl: wire.authorizationUrl() })
  t.equal((await wire.exchange(callback)).status, 401, 'not without its secret')
  const basic = { authorization: `Basic ${btoa(`${String(secret.client_id)}:${String(secret.client_secret)}`)}` }
  const again = await tenant.login({ authorizationUrl: wire.authorizationUrl() })
  t.equal((await wire.exchange(again, {}, basic)).status, 200)
  t.match(
    callbackParams(await tenant.login({ authorizationUrl: wire.authorizationUrl({ scope: 'openid' }), cancel: true })),
    { error: 'access_denied' }
  )

  for (
    const [change, error] of [
      [{ redirect_uris: [] }, 'invalid_redirect_uri'],
      [{ redirect_uris: ['http://evil.example/cb'] }, 'invalid_redirect_uri'],
      [{ redirect_uris: ['https://ok.example/cb#x'] }, 'invalid_redirect_uri'],
      [{ redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
      [{ redirect_uris: 'https://ok.example/cb' }, 'invalid_redirect_uri'],
      [{ client_name: '' }, 'invalid_client_metadata'],
      [{ token_endpoint_auth_method: 'client_secret_jwt' }, 'invalid_client_metadata'],
      [{ grant_types: 'implicit' }, 'invalid_client_metadata']
    ] as const
  ) t.match(await registered(tenant, { ...document, ...change }), { status: 400, error })
  t.match(await registered(tenant, { ...document, redirect_uris: ['com.example.app:/cb'] }), { status: 201 })
  const preflight = await new Wire(tenant).send('OPTIONS', '/oidc/register', undefined, {
    'access-control-request-headers': 'content-type,mcp-protocol-version'
  })
  t.equal(preflight.headers.get('access-control-allow-headers'), 'content-type,mcp-protocol-version')

  const closed = await createTenant({ ...base, dynamicRegistration: false })
  t.match(await registered(closed, document), { status: 403, error: 'access_denied' })
  const management = new ManagementClient({ domain: closed.domain, customFetch: closed.fetch, ...machine })
  await management.tenants.settings.update({ flags: { enable_dynamic_client_registration: true } })
  const { client_id: id } = await registered(closed, document)
  t.match(await management.clients.get(String(id)), { is_first_party: false, organization_usage: 'deny' })
  await management.clientGrants.create({ client_id: String(id), audience: resource, scope: ['write:x'] })
  const limited = new Wire(closed, { client_id: String(id) })
  t.equal(claimsOf((await limited.login({ resource, scope: 'openid read:x write:x' })).access_token).scope,
    'openid write:x', 'a client grant limits what a third party gets')
})

t.test('client id metadata documents', async t => {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const documents: Record<string, unknown> = {}
  const { origin } = await startServer(t, ({ url }) => {
    const document = documents[url]
    if (document === undefined) return { status: 404 }
    if (document === 'redirect') return { status: 302, headers: { location: '/client.json' } }
    return { headers: { 'content-type': 'application/json' }, body: document }
  })
  const document = (path: string, more: object = {}): string => {
    const url = `${origin}${path}`
    documents[path] = { client_id: url, client_name: 'An agent', redirect_uris: [redirectUri], ...more }
    return url
  }
  const tenant = await createTenant(base)
  const url = document('/client.json')
  await checkThirdParty(t, tenant, url)
  t.equal(tenant.clients.filter(({ clientId }) => clientId === url).length, 1)

  documents['/jwks'] = { keys: [{ ...await exportJWK(publicKey), kid: 'k', use: 'sig', alg: 'RS256' }] }
  const withKey = document('/key.json', {
    token_endpoint_auth_method: 'private_key_jwt',
    jwks_uri: `${origin}/jwks`
  })
  const assertion = await new SignJWT({}).setProtectedHeader({ alg: 'RS256', kid: 'k' }).setIssuer(withKey)
    .setSubject(withKey).setAudience(issuer).setIssuedAt().setJti('1').setExpirationTime('1m').sign(privateKey)
  const wire = new Wire(tenant, { client_id: withKey })
  const callback = await tenant.login({ authorizationUrl: wire.authorizationUrl() })
  t.match(await wire.exchange(callback, {
    client_assertion: assertion,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  }), { status: 200 })

  documents['/other.json'] = documents['/client.json']
  documents['/redirect'] = 'redirect'
  documents['/broken'] = '{'
  documents['/large'] = `{"a":"${'x'.repeat(70_000)}"}`
  for (
    const [path, why] of [
      ['/missing', 'answered 404'],
      ['/other.json', 'client_id must be that URL'],
      ['/redirect', 'could not be read'],
      ['/broken', 'could not be read'],
      ['/large', 'with 70008 characters']
    ] as const
  ) {
    await t.rejects(tenant.login({
      authorizationUrl: new Wire(tenant, { client_id: `${origin}${path}` }).authorizationUrl()
    }), new RegExp(`client metadata document at ${origin}${path} cannot be used: .*${why}`, 'u'), path)
  }
  for (
    const [more, why] of [
      [{ redirect_uris: [] }, 'redirect_uris must'],
      [{ token_endpoint_auth_method: 'client_secret_post' }, 'must be one of'],
      [{ token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://other.example/jwks' }, 'same origin']
    ] as const
  ) {
    const bad = document(`/bad-${why.length}`, more)
    await t.rejects(tenant.login({ authorizationUrl: new Wire(tenant, { client_id: bad }).authorizationUrl() }),
      new RegExp(why, 'u'))
  }
  const strict = await createTenant({ ...base, clientIdMetadata: false })
  await t.rejects(strict.login({ authorizationUrl: new Wire(strict, { client_id: url }).authorizationUrl() }),
    /invalid_client/u)
  const management = new ManagementClient({
    domain: strict.domain,
    customFetch: strict.fetch,
    retry: false,
    ...machine
  })
  t.match(await management.clients.previewCimdMetadata({ external_client_id: url }), { validation: { valid: true } })
  t.match(await management.clients.registerCimdClient({ external_client_id: url }), {
    client_id: url,
    mapped_fields: { name: 'An agent', callbacks: [redirectUri] }
  })
  t.match(callbackParams(await strict.login({
    authorizationUrl: new Wire(strict, { client_id: url }).authorizationUrl()
  })), { code: String }, 'an administrator imported it')
})
