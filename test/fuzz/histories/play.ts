import type { LightMyRequestResponse } from 'fastify'
import { Visitor } from '../../fixtures/visitor.js'
import { BROWSERS, type Step } from './history.js'
import { ABSOLUTE, INACTIVITY, TOUCH_AFTER, type Processes } from './processes.js'

/** What the model knows of a browser's session. */
interface Known {
  sub: string
  sid: string
  createdAt: number
  /** The last request that may have prolonged the session. */
  usedAt: number
  fields: Record<string, string>
}

interface Person {
  browser: Visitor
  /** Whether a session was ended by somebody else, so that its cookies are still here. */
  hasEndedCookies: boolean
  session: Known | undefined
}

const COOKIE_BUDGET = 8192
let logins = 0

/**
 * Plays a history and compares each answer with what a few lines of model say.
 * @throws Error when somebody is somebody else, what ended lives, what lives has ended, an update is lost, a refresh
 * token is sent again after its answer, or the cookies are more than their budget
 */
export async function play (processes: Processes, history: readonly Step[]): Promise<void> {
  const { clock, tenant } = processes
  const run = ++logins
  const visitors: Person[] = Array.from({ length: BROWSERS }, () => ({
    browser: new Visitor(undefined as never, { origin: 'https://app.example.test', now: () => clock.now }),
    hasEndedCookies: false,
    session: undefined
  }))
  processes.sentTwice.length = 0

  for (const step of history) {
    if (step.do === 'wait') clock.now += step.seconds
    else if (step.do === 'restart') {
      await processes.restart(step.process)
      forget()
    } else if (step.do === 'rotate secrets') {
      await processes.rotateSecrets()
      forget()
    } else await act(step, visitors[step.browser]!)
    if (processes.sentTwice.length > 0) throw new Error('a refresh token was sent again after its answer')
  }

  /** Alone and without a store, a process that begins anew knows of no session that others have ended. */
  function forget (): void {
    if (processes.mode.forgets !== true) return
    for (const visitor of visitors) {
      if (visitor.hasEndedCookies) visitor.browser.cookies = []
      visitor.hasEndedCookies = false
    }
  }

  async function act (step: Extract<Step, { browser: number }>, visitor: Person): Promise<void> {
    const app = await processes.app(step.process)
    // The same browser, at another process.
    const at = visitor.browser.at(app)
    if (step.do === 'login') await login(at, visitor, `user-${run}-${step.user}`)
    else if (step.do === 'logout') {
      await at.navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' })
      visitor.session = undefined
    } else if (step.do === 'back-channel logout') await endFromElsewhere(at, visitor)
    else if (step.do === 'together') await together(at, visitor, step.what)
    else {
      const field = step.do === 'update' ? { name: `field-${step.field}`, value: `value ${++logins}` } : undefined
      check(visitor, step.do, await ask(at, step.do, field), field)
    }
    visitor.browser.cookies = at.cookies
    const bytes = at.cookieHeader('/').length
    if (bytes > COOKIE_BUDGET) throw new Error(`the cookies are ${bytes} bytes`)
  }

  async function login (browser: Visitor, visitor: Person, sub: string): Promise<void> {
    const sid = `sid-${++logins}`
    let started = await browser.navigate('/auth/login')
    if (started.statusCode === 400 && started.body.includes('session_not_kept')) {
      // Sessions ended as soon as they had begun, so the login waits for a person's click.
      clock.now += 120
      started = await browser.navigate('/auth/login')
    }
    if (started.statusCode !== 302) throw new Error(`a login did not start: ${started.statusCode} ${started.body}`)
    const location = new URL(String(started.headers.location))
    const code = JSON.stringify([sub, sid, location.searchParams.get('nonce')])
    const callback = await browser.navigate(tenant.callback(location.href, { code }))
    if (callback.statusCode !== 302) throw new Error(`a login failed: ${callback.body}`)
    const before = visitor.session !== undefined && isOver(visitor.session) === 'no' ? visitor.session : undefined
    visitor.hasEndedCookies = false
    visitor.session = {
      sub,
      sid,
      createdAt: clock.now,
      usedAt: clock.now,
      fields: before?.sub === sub ? { ...before.fields } : {}
    }
  }

  async function endFromElsewhere (browser: Visitor, visitor: Person): Promise<void> {
    if (visitor.session === undefined) return
    const { sub, sid } = visitor.session
    const { statusCode } = await browser.send('POST', '/auth/backchannel-logout', {
      headers: { cookie: undefined, 'content-type': 'application/x-www-form-urlencoded' },
      payload: `logout_token=${tenant.logoutToken({ sub, sid })}`,
      remember: false
    })
    if (statusCode !== 204 && statusCode !== 200) throw new Error(`a back-channel logout was answered by ${statusCode}`)
    visitor.session = undefined
    visitor.hasEndedCookies = true
  }

  async function together (browser: Visitor, visitor: Person, what: readonly Asked[]): Promise<void> {
    const asked = what.map(one => one === 'update' ? { name: `field-${++logins}`, value: 'new' } : undefined)
    const answers = await Promise.all(what.map(async (one, i) => await ask(browser.copy(), one, asked[i])))
    answers.forEach((answer, i) => {
      browser.keep(answer)
      check(visitor, what[i]!, answer, asked[i], true)
    })
  }

  function isOver ({ createdAt, usedAt }: Known): 'yes' | 'no' | 'perhaps' {
    if (clock.now >= createdAt + ABSOLUTE || clock.now >= usedAt + INACTIVITY) return 'yes'
    // What happened within `touchAfter` of the activity that was written down need not be written down.
    return clock.now >= usedAt - TOUCH_AFTER + INACTIVITY ? 'perhaps' : 'no'
  }

  function check (visitor: Person, what: string, answer: LightMyRequestResponse,
    field?: { name: string, value: string }, isLate = false): void {
    const { session } = visitor
    const over = session === undefined ? 'yes' : isOver(session)
    const isIn = answer.statusCode === 200
    if (isIn && over === 'yes') throw new Error(`${what}: a session that ended was read: ${answer.body}`)
    if (!isIn && over === 'no') throw new Error(`${what}: a session that lives is gone: ${answer.body}`)
    if (!isIn) {
      visitor.session = undefined
      return
    }
    const found = answer.json() as { user: { sub: string } } & Record<string, unknown>
    if (found.user.sub !== session!.sub) throw new Error(`${what}: ${session!.sub} is ${found.user.sub}`)
    session!.usedAt = clock.now
    if (field !== undefined) session!.fields[field.name] = field.value
    if (isLate) return
    for (const [name, value] of Object.entries(session!.fields)) {
      if (found[name] !== value) throw new Error(`${what}: ${name} is ${String(found[name])} instead of ${value}`)
    }
  }
}

type Asked = 'read' | 'refresh' | 'update'

async function ask (browser: Visitor, what: Asked, field?: { name: string, value: string }):
Promise<LightMyRequestResponse> {
  if (what === 'update') return await browser.call(`/put?${new URLSearchParams(field).toString()}`)
  return await browser.call(what === 'read' ? '/me' : '/token')
}
