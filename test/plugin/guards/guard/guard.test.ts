import { tracingChannel } from 'node:diagnostics_channel'
import t from 'tap'
import { askedScopes, tokenWasAsked, verdictOf } from '../../../../lib/plugin/guards/guard/asked.js'
import { PASS, type Guard } from '../../../../lib/plugin/guards/guard/guard.js'
import { guard, hook, nameGuard } from '../../../../lib/plugin/guards/guard/make-guard.js'
import { acceptedBy, checkSetup, isGuard } from '../../../../lib/plugin/guards/guard/traits.js'
import { Guards } from '../../../../lib/plugin/guards/guards.js'
import { requestState } from '../../../../lib/plugin/request/request-state.js'
import { errorOf } from '../../../tokens/problem.js'

const given = (value: unknown) => value as never

/** A request, and a reply that is sent or not. */
function exchange (sent = false) {
  const request = given({})
  return { request, reply: { sent }, state: requestState(request) }
}

t.test('a guard that passes at once costs nothing, one that waits has passed when it has not answered', async t => {
  const { request, reply, state } = exchange()
  const [first, second, other] = [guard({}, () => PASS), guard({}, async () => {}), guard({}, () => PASS)]
  t.equal(first(request, reply), PASS)
  t.strictSame([verdictOf(state, first), verdictOf(state, second)], [PASS, undefined])
  const waiting = second(request, reply)
  t.not(verdictOf(state, second), PASS)
  t.equal(verdictOf(state, first), PASS, 'behind another one, too')
  await waiting
  t.equal(verdictOf(state, second), PASS)

  const answered = exchange(true)
  await second(answered.request, answered.reply)
  t.not(verdictOf(answered.state, second), PASS)
  t.not(verdictOf(answered.state, second), undefined)
  answered.state.inExemptHook = true
  t.equal(other(answered.request, answered.reply), PASS)
  t.equal(verdictOf(answered.state, other), undefined, 'not asked')
  await t.rejects(guard({}, async () => { throw new TypeError('x') })(request, reply), TypeError)
  for (const made of [first, hook(() => {}, () => PASS)]) {
    t.match(await errorOf(() => made(given(undefined), reply)), { code: 'configuration_error', option: 'guard' })
  }
})

t.test('what is known of guards', t => {
  const security = [{ bearer: [] }]
  const setups: unknown[] = []
  const config = given({})
  const note = (from: string) => (given: unknown) => {
    setups.push([from, given === config])
  }
  const token = guard({ security, scopes: ['a', 'b'], checkSetup: note('guard') }, () => PASS)
  const more = guard({ scopes: ['c'] }, async () => {})
  const plain = guard({}, () => PASS)
  const no = hook(note('hook'), () => PASS)
  t.strictSame([token, plain, no, () => {}].map(isGuard), [true, true, false, false])
  t.equal(acceptedBy([no, plain, more, token]), security)
  t.equal(acceptedBy([plain]), undefined)
  for (const one of [token, plain, no, () => {}]) checkSetup(one, config)
  t.strictSame(setups, [['guard', true], ['hook', true]])

  const { request, reply, state } = exchange()
  t.strictSame([askedScopes(state), tokenWasAsked(state)], [[], false])
  for (const one of [plain, no, more]) void one(request, reply)
  t.strictSame([askedScopes(state), tokenWasAsked(state)], [['c'], false], 'one that has not decided')
  void token(request, reply)
  t.strictSame([askedScopes(state), tokenWasAsked(state)], [['c', 'a', 'b'], true], 'in their order')
  t.end()
})

t.test('a channel is told what each guard decides, by name', async t => {
  const channel = tracingChannel('fastify-auth0:guard')
  const messages: unknown[] = []
  const note = (message: unknown) => messages.push(message)
  channel.start.subscribe(note)
  t.teardown(() => channel.start.unsubscribe(note))
  const told = async (one: Guard, sent = false, deniedAs?: string) => {
    const { request, reply, state } = exchange(sent)
    state.deniedAs = deniedAs
    const verdict = one(request, reply)
    await verdict
    return [verdict === PASS, messages.pop()]
  }
  const plain = guard({}, () => PASS)
  const late = nameGuard(guard({}, async () => {}), 'late')
  t.strictSame(await told(plain, true), [true, { guard: 'guard', outcome: 'success' }])
  t.strictSame(await told(late), [false, { guard: 'late', outcome: 'success' }])
  t.strictSame(await told(late, true, 'login_required'),
    [false, { guard: 'late', outcome: 'failure', errorType: 'login_required' }])
  t.strictSame(await told(late, true), [false, { guard: 'late', outcome: 'failure', errorType: 'answered' }])

  const guards = new Guards(() => false)
  const all: Record<string, Guard> = {
    requireSession: guards.requireSession,
    requireOwnSession: guards.requireOwnSession,
    requireSameOrigin: guards.requireSameOrigin,
    requireClaims: guards.requireClaims({ a: 1 }),
    requireOrganization: guards.requireOrganization('a'),
    requirePermissions: guards.requirePermissions('a'),
    requireFreshLogin: guards.requireFreshLogin({ maxAge: 1 }),
    requireMfa: guards.requireMfa(),
    requireToken: guards.requireToken(),
    toolScopes: guards.toolScopes({}),
    requireSessionOrToken: guards.requireSessionOrToken()
  }
  for (const [name, one] of Object.entries(all)) {
    // A request of no application.
    t.throws(() => one(given({ headers: {} }), { sent: false }), TypeError)
    t.match(messages.splice(0)[0], { guard: name })
  }
})
