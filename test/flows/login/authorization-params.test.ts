import t from 'tap'
import { maxAge, readParams } from '../../../lib/flows/login/authorization-params.js'

t.test('parameters of a login', async t => {
  const defaults = { audience: undefined, scope: 'openid profile' }
  t.strictSame(readParams({}, defaults), {
    params: { scope: 'openid profile' },
    redirectUri: undefined,
    audience: undefined,
    scope: 'openid profile',
    maxAge: undefined,
    acrValues: undefined,
    responseMode: undefined,
    organization: undefined,
    invitation: undefined
  })
  t.strictSame(readParams({
    redirect_uri: 'https://a.test/cb',
    response_mode: 'query',
    organization: 'o',
    invitation: 'i',
    max_age: 0,
    acr_values: 'a',
    audience: 'x',
    scope: 'openid',
    claims: { a: 1 },
    ui_locales: undefined,
    prompt: null as never,
    authorization_details: [{ type: 'x' }]
  }, { ...defaults, audience: 'y' }), {
    params: {
      max_age: '0',
      acr_values: 'a',
      claims: '{"a":1}',
      authorization_details: '[{"type":"x"}]',
      scope: 'openid',
      audience: 'x',
      response_mode: 'query'
    },
    redirectUri: 'https://a.test/cb',
    audience: 'x',
    scope: 'openid',
    maxAge: 0,
    acrValues: 'a',
    responseMode: 'query',
    organization: 'o',
    invitation: 'i'
  })
  t.match(readParams({ response_mode: 'form_post' }, { ...defaults, audience: 'y' }),
    { responseMode: 'form_post', audience: 'y', params: { audience: 'y' } })
  for (const name of ['client_id', 'response_type', 'state', 'nonce', 'code_challenge', 'code_challenge_method',
    'request', 'request_uri', 'dpop_jkt', 'client_secret', 'client_assertion', 'client_assertion_type']) {
    t.throws(() => readParams({ [name]: 'x' }, defaults),
      { argument: `authorizationParams.${name}`, message: /is set by the plugin and cannot be overridden/ }, name)
  }
  const text = (length: number) => 'x'.repeat(length)
  t.equal(readParams({ login_hint: text(8192) }, defaults).params.login_hint, text(8192))
  for (const [params, argument, message] of [
    [{ login_hint: text(8193) }, 'login_hint', /at most 8192 characters/],
    [{ claims: () => {} }, 'claims', /must be a text, a number or JSON/],
    [{ claims: Symbol('x') }, 'claims', /must be a text, a number or JSON/],
    [{ redirect_uri: '/cb' }, 'redirect_uri', /must be an absolute URL/],
    [{ response_mode: 'fragment' }, 'response_mode', /must be 'query' or 'form_post'/],
    [{ authorization_details: '{' }, 'authorization_details', /is not JSON/],
    [{ authorization_details: {} }, 'authorization_details', /must be a list of objects, each with a "type"/],
    [{ authorization_details: [] }, 'authorization_details', /must be a list of objects/],
    [{ authorization_details: [{ type: 'x' }, { type: 5 }] }, 'authorization_details', /must be a list of objects/],
    [{ authorization_details: [null] }, 'authorization_details', /must be a list of objects/],
    [{ max_age: -1 }, 'max_age', /must be a whole number of seconds/],
    [{ max_age: 1.5 }, 'max_age', /must be a whole number/],
    [{ max_age: 1e9 }, 'max_age', /must be a whole number/]
  ] as const) {
    t.throws(() => readParams(params as never, defaults), { argument: `authorizationParams.${argument}`, message })
  }
  t.strictSame([maxAge(undefined), maxAge('5'), maxAge(999_999_999)], [undefined, 5, 999_999_999])
  t.throws(() => maxAge('', 'maxAge'), { argument: 'maxAge', message: /./ })
})
