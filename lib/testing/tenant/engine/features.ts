import { accessTokens } from '../tokens/access-tokens.js'
import { accountLinking } from '../login/account-linking.js'
import { anonymousSessions } from '../login/anonymous-sessions.js'
import { answers } from './answers.js'
import { authenticationMethods } from '../mfa/authentication-methods.js'
import { authorizationResponses } from '../login/response-types.js'
import { authorizationDetails } from '../tokens/authorization-details.js'
import { backchannelAuthentication } from '../tokens/backchannel-authentication.js'
import { backchannelLogout } from '../login/backchannel-logout.js'
import { clientAssertions } from '../tokens/client-assertions.js'
import { clientAuthentication } from '../tokens/client-authentication.js'
import { clientCredentials } from '../tokens/client-credentials.js'
import { clientIdMetadata } from '../tokens/client-id-metadata.js'
import { clientRules } from '../tokens/client-rules.js'
import { connectedAccounts } from '../login/connected-accounts.js'
import { enterpriseConnect } from '../login/enterprise-connect.js'
import type { Feature } from './context.js'
import { database } from '../login/database.js'
import { deviceFlow } from '../login/device-flow.js'
import { discovery } from './discovery.js'
import { dynamicRegistration } from '../tokens/dynamic-registration.js'
import { idTokens } from '../tokens/id-tokens.js'
import { loginPages } from '../login/login-page.js'
import { logins } from '../login/logins.js'
import { logout } from '../login/logout.js'
import { management } from '../management/feature.js'
import { mfaApi } from '../mfa/mfa-api.js'
import { mfaGrants } from '../mfa/mfa-grants.js'
import { mfaLogin } from '../mfa/mfa-login.js'
import { mutualTls } from '../tokens/mutual-tls.js'
import { offlineAccess } from '../tokens/offline-access.js'
import { transferredLogins } from '../login/transferred-logins.js'
import { organizations } from '../login/organizations.js'
import { passkeys } from '../login/passkeys.js'
import { passwordless } from '../login/passwordless.js'
import { polling } from './polling.js'
import { proofOfPossession } from '../tokens/proof-of-possession.js'
import { pushedRequests } from '../tokens/pushed-requests.js'
import { refreshTokens } from '../tokens/refresh-tokens.js'
import { resourceServers } from '../tokens/resource-servers.js'
import { tokenExchange } from '../tokens/token-exchange.js'
import { tokenVault } from '../tokens/token-vault.js'

/** What the tenant can do, one file each. */
export const features: readonly Feature[] = [
  mutualTls,
  discovery,
  clientRules,
  dynamicRegistration,
  clientIdMetadata,
  logins,
  idTokens,
  resourceServers,
  accessTokens,
  offlineAccess,
  refreshTokens,
  organizations,
  enterpriseConnect,
  anonymousSessions,
  authorizationResponses,
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
  transferredLogins,
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
