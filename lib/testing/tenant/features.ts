import { accessTokens } from './access-tokens.js'
import { answers } from './answers.js'
import { backchannelLogout } from './backchannel-logout.js'
import { clientRules } from './clients.js'
import type { Feature } from './context.js'
import { discovery } from './discovery.js'
import { idTokens } from './id-tokens.js'
import { loginPages } from './login-page.js'
import { logins } from './logins.js'
import { logout } from './logout.js'
import { offlineAccess } from './offline-access.js'
import { organizations } from './organizations.js'
import { refreshTokens } from './refresh-tokens.js'
import { resourceServers } from './resource-servers.js'

/** What the tenant can do, one file each. */
export const features: readonly Feature[] = [
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
  answers
]
