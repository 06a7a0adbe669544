import type {
  CreateEncryptionKeyRequest, CreateNetworkAclKeyRequest, CustomSigningKeys, EncryptionKey, EncryptionKeyPublicWrapping,
  ImportEncryptionKeyRequest, NetworkAclKey, RotatedSigningKey, SetCustomSigningKeysRequest, SigningKey
} from '../../../types/management.js'
import { del, get, of, post, put } from '../endpoint.js'
import { offsetList } from '../lists.js'

export const keys = {
  customSigning: {
    /** Deletes the custom signing keys. Scope: `delete:custom_signing_keys`. */
    delete: del('/keys/custom-signing'),
    /** Gets the custom signing keys. Scope: `read:custom_signing_keys`. */
    get: get('/keys/custom-signing', { returns: of<CustomSigningKeys>() }),
    /** Sets the custom signing keys. Scope: `create:custom_signing_keys` or `update:custom_signing_keys`. */
    set: put('/keys/custom-signing', { body: of<SetCustomSigningKeysRequest>(), returns: of<CustomSigningKeys>() })
  },
  encryption: {
    /** Lists encryption keys. Scope: `read:encryption_keys`. */
    list: offsetList('/keys/encryption', 'keys', { items: of<EncryptionKey>() }),
    /** Creates an encryption key. Scope: `create:encryption_keys`. */
    create: post('/keys/encryption', { body: of<CreateEncryptionKeyRequest>(), returns: of<EncryptionKey>() }),
    /** Deletes an encryption key. Scope: `delete:encryption_keys`. */
    delete: del('/keys/encryption/{kid}'),
    /** Gets an encryption key. Scope: `read:encryption_keys`. */
    get: get('/keys/encryption/{kid}', { returns: of<EncryptionKey>() }),
    /** Imports wrapped key material as an encryption key. Scope: `update:encryption_keys`. */
    import: post('/keys/encryption/{kid}', { body: of<ImportEncryptionKeyRequest>(), returns: of<EncryptionKey>() }),
    /** Makes a public key to wrap an encryption key's material with. Scope: `create:encryption_keys`. */
    createPublicWrappingKey: post('/keys/encryption/{kid}/wrapping-key', {
      returns: of<EncryptionKeyPublicWrapping>()
    }),
    /** Replaces the tenant's key hierarchy. Scope: `create:encryption_keys` or `update:encryption_keys`. */
    rekey: post('/keys/encryption/rekey')
  },
  networkAcls: {
    /** Lists network ACL keys. Early access. Scope: `read:network_acl_keys`. */
    list: get('/keys/network-acls', { returns: of<{ keys: NetworkAclKey[] }>() }),
    /** Creates a network ACL key. Early access. Scope: `create:network_acl_keys`. */
    create: post('/keys/network-acls', { body: of<CreateNetworkAclKeyRequest>(), returns: of<NetworkAclKey>() }),
    /** Deletes a network ACL key. Early access. Scope: `delete:network_acl_keys`. */
    delete: del('/keys/network-acls/{id}'),
    /** Gets a network ACL key. Early access. Scope: `read:network_acl_keys`. */
    get: get('/keys/network-acls/{id}', { returns: of<NetworkAclKey>() })
  },
  signing: {
    /** Lists signing keys. Scope: `read:signing_keys`. */
    list: get('/keys/signing', { returns: of<SigningKey[]>() }),
    /** Gets a signing key. Scope: `read:signing_keys`. */
    get: get('/keys/signing/{kid}', { returns: of<SigningKey>() }),
    /** Revokes a signing key. Scope: `update:signing_keys`. */
    revoke: put('/keys/signing/{kid}/revoke', { returns: of<RotatedSigningKey>() }),
    /** Makes the next signing key the current one. Scope: `create:signing_keys` or `update:signing_keys`. */
    rotate: post('/keys/signing/rotate', { returns: of<RotatedSigningKey>() })
  }
}
