import type { Interaction, InteractionResults, KoaContextWithOIDC } from 'oidc-provider'
import { changeIdentities, linkingText } from './account-linking.js'
import type { Feature, TenantContext } from '../engine/context.js'
import { signUpByForm, signUpProblem } from './database.js'
import type { Authentication } from '../engine/login-records.js'
import { html, redirect, type TenantAnswer, type TenantRequest } from '../engine/exchange.js'
import { route } from '../engine/route.js'
import { asksForMfa, mfaAcr } from '../mfa/mfa-state.js'
import { isFresh } from './one-time-logins.js'
import { findOrganization } from './organizations.js'
import { buttons, errorPage, escape, page, problem } from './page.js'
import { blockedMessage, checkPassword } from './passwords.js'
import { delegatedLifetime } from '../tokens/resource-servers.js'
import { giveConsent, needsConsent } from '../tokens/third-party.js'
import { profileClaims, type StoredUser } from './users.js'

interface PendingLogin {
  authentication: Authentication
}

const loginPrompts = new Set(['login', 'select_account', 'create'])

function userButton (user: StoredUser, index: number): string {
  const { name, email, picture } = profileClaims(user)
  return `<button class="user" type="submit" id="user-${index + 1}" name="user" value="${escape(user.sub)}" ` +
    `><img src="${escape(picture)}" ` +
    `alt=""><span>${escape(name ?? user.sub)}<small>${escape(email ?? user.phoneNumber ?? '')}</small></span></button>`
}

/** A form of its own: Enter in a field of the other one means what was typed there. */
function userForm ({ users }: TenantContext): string {
  if (users.list.length === 0) return ''
  return `<form method="post">\n${users.list.slice(0, 20).map(userButton).join('\n')}\n</form>\n<hr>\n`
}

/** What a form said that must be filled in again, and what was wrong with it. */
interface Refused {
  username: string
  message: string
}

function loginPage (tenant: TenantContext, interaction: Interaction, refused?: Refused): string {
  const { params } = interaction
  const client = tenant.clients.get(params.client_id)!
  const organization = typeof params.organization === 'string'
    ? findOrganization(tenant, params.organization)
    : undefined
  const target = organization === undefined
    ? client.name ?? client.clientId
    : organization.displayName ?? organization.name
  return page('login', 'Welcome', `<p>Log in to continue to ${escape(target)}.</p>
${userForm(tenant)}${problem(refused?.message)}<form method="post">
<label for="username">Email address</label>
<input id="username" name="username" autocomplete="username" inputmode="email" required
value="${escape(refused?.username ?? params.login_hint ?? '')}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${
refused === undefined ? '' : ' aria-describedby="error" autofocus'}>
${buttons()}
<button type="submit" id="signup" name="action" value="signup">Sign up</button>
</form>`)
}

function consentPage (tenant: TenantContext, interaction: Interaction): string {
  const { params } = interaction
  const client = tenant.clients.get(params.client_id)!
  const details = typeof params.authorization_details === 'string'
    ? `<pre>${escape(JSON.stringify(JSON.parse(params.authorization_details), null, 2))}</pre>`
    : ''
  return page('consent', 'Authorize',
    `<p>${escape(client.name ?? client.clientId)} asks for: ${escape(params.scope ?? '')}</p>
${details}<form method="post">${buttons('Accept')}</form>`)
}

function linkingPage (interaction: Interaction): string {
  return page(interaction.prompt.name, 'Linked accounts',
    `<p>${linkingText(interaction)}</p><form method="post">${buttons()}</form>`)
}

/** Who a form logs in; what is wrong with it, otherwise. */
function authenticate (tenant: TenantContext, form: Readonly<Record<string, unknown>>): StoredUser | string {
  if (typeof form.user === 'string') return tenant.users.bySub(form.user) ?? 'The user does not exist.'
  const user = checkPassword(tenant, String(form.username ?? ''), form.password)
  if (user === 'blocked') return blockedMessage
  return user === 'wrong' ? 'Wrong email or password' : user
}

/** The login page, for people (with or without JavaScript) and for `tenant.login()`. */
export const loginPages: Feature = {
  configure (tenant) {
    const { engine, options } = tenant
    const { interactionPolicy: { base, Check, Prompt } } = engine
    const policy = base()
    const consent = policy.get('consent')!
    for (const reason of ['native_client_prompt', 'op_scopes_missing', 'op_claims_missing', 'rs_scopes_missing']) {
      consent.checks.remove(reason)
    }
    consent.checks.add(
      new Check('third_party', 'the user has not let this application in', 'consent_required', ({ oidc }) =>
        needsConsent(tenant, oidc.session?.accountId, oidc.client!.clientId) && oidc.result?.consent === undefined)
    )
    policy.add(new Prompt({ name: 'select_account', requestable: true }), 0)
    policy.add(new Prompt({ name: 'create', requestable: true }), 0)
    const { checks } = policy.get('login')!
    checks.remove('id_token_hint')
    checks.add(new Check('id_token_hint', 'another user is logged in', 'login_required', ({ oidc }) => {
      const hint = oidc.entities.IdTokenHint?.payload
      return hint !== undefined && hint.sub !== oidc.session?.accountId && oidc.result?.login === undefined
    }))
    checks.add(
      new Check('one_time_login', 'a login token was given', 'login_required',
        ({ oidc }) => isFresh(tenant.oneTimeLogins.of(oidc.params!), tenant.now()) && oidc.result?.login === undefined)
    )
    checks.add(
      new Check('mfa', 'a second factor is needed', 'login_required',
        ({ oidc }) =>
          asksForMfa(tenant, oidc.params!) && oidc.session?.acr !== mfaAcr && oidc.result?.login === undefined)
    )
    for (const [name, scope] of [['link', 'link_account'], ['unlink', 'unlink_account']] as const) {
      policy.add(
        new Prompt({ name },
          new Check(`${name}_requested`, 'account linking was requested', 'interaction_required', ({ oidc }) =>
            oidc.requestParamScopes.has(scope) && oidc.result?.[name] === undefined))
      )
    }
    /** A session in which somebody acts for the user is short. */
    function Session ({ oidc }: KoaContextWithOIDC): number {
      const usual = options.lifetimes?.session ?? 604_800
      return tenant.oneTimeLogins.of(oidc.params ?? {})?.facts?.delegated ? Math.min(usual, delegatedLifetime) : usual
    }
    return {
      interactions: { policy, url: (_ctx, interaction) => `/u/login?state=${interaction.uid}` },
      ttl: { Interaction: options.lifetimes?.interaction ?? 3600, Session },
      cookies: { names: { session: 'auth0', interaction: 'auth0_interaction', resume: 'auth0_resume' } }
    }
  },
  routes (tenant) {
    const pending = new Map<string, PendingLogin>()

    const find = async (request: TenantRequest): Promise<Interaction | undefined> =>
      tenant.provider.Interaction.find(String(request.query.state))

    async function finish (interaction: Interaction, result: InteractionResults): Promise<TenantAnswer> {
      pending.delete(interaction.uid)
      interaction.result = { ...interaction.lastSubmission, ...result }
      await interaction.save(interaction.exp - Math.floor(tenant.now()))
      return redirect(interaction.returnTo, 303)
    }

    const expired = (): TenantAnswer =>
      html(400, errorPage('You may have pressed the back button, or the login took too long.'))

    /** The pages behind the password; then back to the engine. */
    async function proceed (interaction: Interaction, authentication: Authentication,
      form: Readonly<Record<string, unknown>>): Promise<TenantAnswer> {
      pending.set(interaction.uid, { authentication })
      for (const step of tenant.loginSteps) {
        const answer = await step({ interaction, authentication, form })
        if (answer !== undefined && authentication.delegated) {
          return finish(interaction, { error: 'interaction_required', error_description: 'Interaction required' })
        }
        if (answer !== undefined) return answer
      }
      const { user, amr, acr } = authentication
      return finish(interaction, {
        login: { accountId: user.sub, ...(amr && { amr }), ...(acr && { acr }) },
        select_account: {},
        create: {}
      })
    }

    /** What is known before anybody types: a login made elsewhere, or a session that lacks a second factor only. */
    function known (interaction: Interaction, address: string): Authentication | undefined {
      const { prompt: { reasons }, params, session } = interaction
      const login = tenant.oneTimeLogins.of(params)
      if (isFresh(login, tenant.now(), address)) {
        login.used = true
        return { user: tenant.users.bySub(login.sub)!, delegated: login.facts?.delegated ?? false }
      }
      const user = reasons.every(reason => reason === 'mfa') ? tenant.users.bySub(session?.accountId) : undefined
      return user && { user }
    }

    return [
      route('GET', '/u/login', async request => {
        const interaction = await find(request)
        if (interaction === undefined) return expired()
        const { name } = interaction.prompt
        if (name === 'consent') return html(200, consentPage(tenant, interaction))
        if (!loginPrompts.has(name)) return html(200, linkingPage(interaction))
        const authentication = known(interaction, request.address)
        return authentication === undefined
          ? html(200, loginPage(tenant, interaction))
          : proceed(interaction, authentication, {})
      }),
      route('POST', '/u/login', async request => {
        const interaction = await find(request)
        if (interaction === undefined) return expired()
        const { name } = interaction.prompt
        const form = request.body
        if (form.action === 'cancel') {
          return finish(interaction, {
            error: 'access_denied',
            error_description: 'User did not authorize the request'
          })
        }
        if (!loginPrompts.has(name)) {
          if (name !== 'consent') changeIdentities(tenant, interaction)
          else giveConsent(tenant, interaction.session!.accountId, String(interaction.params.client_id))
          return finish(interaction, { [name]: {} })
        }
        const earlier = pending.get(interaction.uid)
        if (earlier !== undefined) return proceed(interaction, earlier.authentication, form)
        const wrong = form.action === 'signup' ? signUpProblem(tenant, { ...form, email: form.username }) : undefined
        const entered = form.action === 'signup'
          ? wrong ?? signUpByForm(tenant, form)
          : authenticate(tenant, form)
        if (typeof entered === 'string') {
          const refused = { username: String(form.username ?? ''), message: entered }
          return html(400, loginPage(tenant, interaction, refused))
        }
        return proceed(interaction, { user: entered }, form)
      })
    ]
  }
}
