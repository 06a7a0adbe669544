import type {
  CreatePublicKeyDeviceCredentialRequest, DeviceCredential, ListDeviceCredentialsQuery, PublicKeyDeviceCredential
} from '../../../types/management.js'
import { del, of, post } from '../endpoint.js'
import { offsetList } from '../lists.js'

export const deviceCredentials = {
  /** Lists device credentials. Scope: `read:device_credentials`. */
  list: offsetList('/device-credentials', 'device_credentials', {
    query: of<ListDeviceCredentialsQuery>(),
    items: of<DeviceCredential>()
  }),
  /** Registers a device's public key. Scope: `create:current_user_device_credentials`. */
  createPublicKey: post('/device-credentials', {
    body: of<CreatePublicKeyDeviceCredentialRequest>(),
    returns: of<PublicKeyDeviceCredential>()
  }),
  /** Deletes a device credential. Scope: `delete:device_credentials` or `delete:current_user_device_credentials`. */
  delete: del('/device-credentials/{id}')
}
