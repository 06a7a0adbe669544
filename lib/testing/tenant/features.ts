import { accessTokens } from './access-tokens.js'
import { accountLinking } from './account-linking.js'
import { answers } from './answers.js'
import { authenticationMethods } from './authentication-methods.js'
import { authorizationDetails } from './authorization-details.js'
import { backchannelAuthentication } from './backchannel-authentication.js'
import { backchannelLogout } from './backchannel-logout.js'
import { clientAssertions } from './client-assertions.js'
import { clientAuthentication } from './client-authentication.js'
import { clientCredentials } from './client-credentials.js'
import { clientRules } from './clients.js'
import { connectedAccounts } from './connected-accounts.js'
import type { Feature } from './context.js'
import { database } from './database.js'
import { deviceFlow } from './device-flow.js'
import { discovery } from './discovery.js'
import { idTokens } from './id-tokens.js'
import { loginPages } from './login-page.js'
import { logins } from './logins.js'
import { logout } from './logout.js'
import { management } from './management/feature.js'
import { mfaApi } from './mfa-api.js'
import { mfaGrants } from './mfa-grants.js'
import { mfaLogin } from './mfa-login.js'
import { mutualTls } from './mutual-tls.js'
import { offlineAccess } from './offline-access.js'
import { oneTimeLogins } from './one-time-logins.js'
import { organizations } from './organizations.js'
import { passkeys } from './passkeys.js'
import { passwordless } from './passwordless.js'
import { polling } from './polling.js'
import { proofOfPossession } from './proof-of-possession.js'
import { pushedRequests } from './pushed-requests.js'
import { refreshTokens } from './refresh-tokens.js'
import { resourceServers } from './resource-servers.js'
import { tokenExchange } from './token-exchange.js'
import { tokenVault } from './token-vault.js'

/** What the tenant can do, one file each. */
export const features: readonly Feature[] = [
  mutualTls,
  discovery,
  clientRules,
  logins,
  idTokens,
  resourceServers,
  accessTokens,
  offlineAccess,
  refreshTokens,
  organizations,
  loginPages,
  logout,
  backchannelLogout,
  clientAuthentication,
  clientAssertions,
  proofOfPossession,
  pushedRequests,
  authorizationDetails,
  accountLinking,
  connectedAccounts,
  tokenVault,
  backchannelAuthentication,
  oneTimeLogins,
  tokenExchange,
  passwordless,
  database,
  mfaLogin,
  mfaApi,
  mfaGrants,
  passkeys,
  authenticationMethods,
  deviceFlow,
  clientCredentials,
  polling,
  management,
  answers
]
