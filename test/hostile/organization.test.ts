import {
  failsClosed, isTransactionCookie, scenario, succeeds, type Failure, type OptionChanges, type WorldOptions
} from './app.js'
import { json, type AnswerDefect, type IdTokenDefect } from './idp.js'

const refused: Failure = { status: 403, code: 'organization_token_validation_error' }

function claims (change: Record<string, unknown>): IdTokenDefect {
  return { payload: correct => ({ ...correct, ...change }) }
}

/** A login that asks for an organization, whose control answers with it. */
function organizationCase (name: string, organization: string, good: Record<string, unknown>,
  bad: Record<string, Record<string, unknown>>): void {
  scenario(name, async (t, world) => {
    await succeeds(t, world, { idToken: claims(good) })
    t.equal(world.idp.asked(await world.start(world.browser())).get('organization'), organization)
    for (const [variant, change] of Object.entries(bad)) {
      await failsClosed(t, world, { idToken: claims(change) }, refused, { control: false, variant })
    }
  }, { plugin: { organization } })
}

organizationCase('ORG-01 another org_id', 'org_A', { org_id: 'org_A' }, {
  other: { org_id: 'org_B' },
  'other case': { org_id: 'org_a' },
  prefix: { org_id: 'org_' },
  array: { org_id: ['org_A'] },
  'other id, right name': { org_id: 'org_B', org_name: 'org_A' }
})

organizationCase('ORG-02 no org_id', 'org_A', { org_id: 'org_A' }, {
  none: {},
  null: { org_id: null },
  'only a name': { org_name: 'org_A' }
})

organizationCase('ORG-03 the organization by name', 'acme', { org_id: 'org_1', org_name: 'ACME' }, {
  other: { org_id: 'org_1', org_name: 'other' },
  missing: { org_id: 'org_1' },
  'the id is named so': { org_id: 'acme' },
  'a longer name': { org_id: 'org_1', org_name: 'acme-2' },
  'a name that looks alike': { org_id: 'org_1', org_name: '\u0430cme' },
  number: { org_id: 'org_1', org_name: 1 }
})

organizationCase('ORG-09 a name that begins with org_ counts as an id', 'org_x', { org_id: 'org_x' }, {
  'an organization of that name': { org_id: 'org_realidofthatorg', org_name: 'org_x' }
})

scenario('ORG-01 the organization a link chose is checked as well', async (t, world) => {
  const path = '/auth/login?organization=org_A'
  await succeeds(t, world, { idToken: claims({ org_id: 'org_A' }) }, { path })
  await failsClosed(t, world, { idToken: claims({ org_id: 'org_B' }) }, refused, { control: false, path })
  await failsClosed(t, world, {}, refused, { control: false, path })
})

for (
  const [how, plugin] of Object.entries<OptionChanges>({
    'among the parameters of every login': { authorizationParams: { organization: 'org_A' } },
    'among the parameters of a request': { authorizationParams: () => ({ organization: 'org_A' }) }
  })
) {
  scenario(`ORG-01, ORG-06 an organization ${how} is checked as well`, async (t, world) => {
    await succeeds(t, world, { idToken: claims({ org_id: 'org_A' }) })
    t.equal(world.idp.asked(await world.start(world.browser())).get('organization'), 'org_A')
    await failsClosed(t, world, { idToken: claims({ org_id: 'org_B' }) }, refused, { control: false })
    await failsClosed(t, world, {}, refused, { control: false })
    t.equal(
      (await world.browser().navigate('/auth/login?organization=org_B', { accept: 'application/json' })).statusCode,
      400
    )
  }, { plugin })
}

scenario('ORG-06 an organization that the parameters take from the query must be an allowed one',
  async (t, world) => {
    t.equal((await world.browser().navigate('/auth/login?org=org_B', { accept: 'application/json' })).statusCode, 400)
    t.equal(new URL(await world.start(world.browser(), '/auth/login?org=org_A')).searchParams.get('organization'),
      'org_A', 'control')
    t.equal(new URL(await world.start(world.browser(), '/auth/login')).searchParams.get('organization'), null, 'none')
  }, {
    plugin: {
      authorizationParams: request => ({ organization: (request.query as { org?: string }).org ?? null }) as never,
      allowOrganization: (_request, organization) => organization === 'org_A'
    }
  })

scenario('ORG-06 an application of one organization, and another one in the link', async (t, world) => {
  for (const query of ['organization=org_B', 'organization=org_B&invitation=ticket', 'organization=ORG_A']) {
    const browser = world.browser()
    const response = await browser.navigate(`/auth/login?${query}`, { accept: 'application/json' })
    t.equal(response.statusCode, 400, query)
    t.equal(response.headers.location, undefined)
    t.strictSame(browser.names().filter(isTransactionCookie), [])
  }
  for (
    const query of ['', 'organization=org_A', 'organization=org_A&invitation=ticket',
      'organization=org_B&organization=org_A']
  ) {
    const location = await world.start(world.browser(), `/auth/login?${query}`)
    t.equal(new URL(location).searchParams.get('organization'), 'org_A', query)
  }
  await failsClosed(t, world, { idToken: claims({ org_id: 'org_B' }) }, refused, { control: false })
}, { plugin: { organization: 'org_A' } })

scenario('ORG-06 a list of allowed organizations', async (t, world) => {
  const refusal = await world.browser().navigate('/auth/login?organization=org_B', { accept: 'application/json' })
  t.equal(refusal.statusCode, 400)
  t.equal(
    new URL(await world.start(world.browser(), '/auth/login?organization=org_A')).searchParams.get('organization'),
    'org_A'
  )
}, { plugin: { allowOrganization: (_request, organization) => organization === 'org_A' } })

scenario('ORG-07 invitations', async (t, world) => {
  for (
    const query of ['invitation=ticket', 'invitation=ticket&organization=',
      `organization=org_A&invitation=${'x'.repeat(10_000)}`]
  ) {
    const browser = world.browser()
    const response = await browser.navigate(`/auth/login?${query}`, { accept: 'application/json' })
    t.equal(response.statusCode, 400, `${query.slice(0, 40)}: ${response.body}`)
    t.equal(response.headers.location, undefined)
    t.strictSame(browser.names().filter(isTransactionCookie), [])
  }
  const odd = new URL(
    await world.start(world.browser(),
      `/auth/login?organization=org_A&invitation=${encodeURIComponent('a&audience=evil')}`)
  ).searchParams
  t.equal(odd.get('audience'), null, 'what looks like a second parameter stays in the first')
  t.equal(odd.get('invitation'), 'a&audience=evil')
  const good =
    new URL(await world.start(world.browser(), '/auth/login?organization=org_A&invitation=ticket-1')).searchParams
  t.equal(good.get('invitation'), 'ticket-1', 'control')
})

scenario('ORG-07 an invitation among the parameters of every login', async (t, world) => {
  const alone = await world.browser().navigate('/auth/login', { accept: 'application/json' })
  t.equal(`${alone.statusCode} ${alone.json().code}`, '400 missing_required_argument_error')
  const whole = new URL(await world.start(world.browser(), '/auth/login?organization=org_A')).searchParams
  t.strictSame([whole.get('organization'), whole.get('invitation')], ['org_A', 'ticket-1'], 'control')
}, { plugin: { authorizationParams: { invitation: 'ticket-1' } } })

const guarded: WorldOptions = {
  routes: (app, world) => {
    app.get('/of-org', { preHandler: app.auth0.requireOrganization('org_A') }, async () => {
      world.runs++
      return {}
    })
  }
}

scenario('ORG-08 a route guarded for one organization', async (t, world) => {
  const good = await succeeds(t, world, { idToken: claims({ org_id: 'org_A' }) })
  t.equal((await good.browser.call('/of-org')).statusCode, 200, 'control')
  for (const change of [{ org_id: 'org_B' }, {}, { org_name: 'org_A' }]) {
    const { browser } = await succeeds(t, world, { idToken: claims(change) })
    const runs = world.runs
    for (const response of [await browser.call('/of-org'), await browser.navigate('/of-org')]) {
      t.equal(response.statusCode, 403, 'no redirect loop')
      t.match(response.headers['cache-control'], /no-store/)
    }
    t.equal(world.runs, runs)
  }
  t.equal((await world.browser().navigate('/of-org')).statusCode, 302, 'without a session: to the login')
}, guarded)

const userinfo: WorldOptions = { plugin: { fetchUserInfo: true } }
const userinfoAnswers: Record<string, { answer: AnswerDefect, failure: Failure }> = {
  HTML: {
    answer: () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }),
    failure: { status: 502, code: 'invalid_response' }
  },
  204: { answer: () => ({ status: 204, headers: {}, body: '' }), failure: { status: 502, code: 'no_content' } },
  'an unsigned JWT': {
    answer: correct => ({
      status: 200,
      headers: { 'content-type': 'application/jwt' },
      body: `eyJhbGciOiJub25lIn0.${Buffer.from(correct.body as string).toString('base64url')}.`
    }),
    failure: { status: 502, code: 'invalid_response' }
  },
  401: {
    answer: () => json({ error: 'invalid_token' }, 401, { 'www-authenticate': 'Bearer error="invalid_token"' }),
    failure: { status: 502, code: 'invalid_token' }
  },
  500: {
    answer: () => ({ status: 500, headers: {}, body: '' }),
    failure: { status: 502, code: 'internal_server_error' }
  },
  array: { answer: () => json([]), failure: { status: 502, code: 'invalid_response' } }
}

scenario('UI-01 the userinfo is of another sub', async (t, world) => {
  await succeeds(t, world)
  for (const sub of ['auth0|somebody-else', '', undefined, 7, ['auth0|canary-sub-7f3a']]) {
    const answer: AnswerDefect = correct => json({ ...JSON.parse(correct.body as string) as object, sub })
    const code = typeof sub === 'string' && sub !== '' ? 'token_validation_error' : 'invalid_response'
    await failsClosed(t, world, { answers: { userinfo: answer } }, { status: 502, code }, {
      control: false,
      variant: String(sub)
    })
  }
}, userinfo)

for (const [variant, { answer, failure }] of Object.entries(userinfoAnswers)) {
  scenario(`UI-03 the userinfo endpoint answers ${variant}`, async (t, world) => {
    await failsClosed(t, world, { answers: { userinfo: answer } }, failure)
  }, userinfo)
}

scenario('UI-05 the token goes by header, never in the query', async (t, world) => {
  await succeeds(t, world)
  const request = world.idp.last('userinfo')
  t.match(request.headers.authorization, /^Bearer access-/)
  t.equal(request.url.search, '')
  t.equal(request.method, 'GET')
}, userinfo)

scenario('UI-06 claims of the userinfo are merged', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const { session } = (await browser.call('/private')).json()
  t.equal(session.user.phone_number, '+15550100')
  t.equal(session.user.sub, world.idp.user.sub)
  t.equal(session.user.iss, undefined)
}, userinfo)

scenario("UI-06 the userinfo cannot overrule the protocol's own claims", async (t, world) => {
  const answer: AnswerDefect = correct => ({
    ...correct,
    body: (correct.body as string).slice(0, -1) +
      ',"__proto__":{"admin":true},"sid":"evil","iss":"https://evil.test/","aud":"evil","exp":1}'
  })
  const { browser } = await succeeds(t, world, { answers: { userinfo: answer } })
  const { session } = (await browser.call('/private')).json()
  t.not(session.sid, 'evil')
  t.equal(session.user.exp, undefined)
  t.equal(({} as { admin?: boolean }).admin, undefined)
}, userinfo)
