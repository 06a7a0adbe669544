import { createHash, randomBytes, sign, type KeyObject } from 'node:crypto'
import { makeKeyPair } from '../../key-pair.js'

/** What a page asks a browser for, as the tenant gives it. */
export interface PasskeyParams {
  challenge: string
  rpId?: string
  rp?: { id?: string }
  user?: { id: string }
}

const userPresentAndVerified = 0x05
const hasCredential = 0x40

function byteString (bytes: Buffer): Buffer {
  const head = bytes.length < 24
    ? Buffer.from([0x40 | bytes.length])
    : bytes.length < 256
      ? Buffer.from([0x58, bytes.length])
      : Buffer.from([0x59, bytes.length >> 8, bytes.length & 0xff])
  return Buffer.concat([head, bytes])
}

function textString (value: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 | value.length]), Buffer.from(value)])
}

/** An ES256 key as a COSE map: kty 2, alg -7, crv 1, x, y. @see RFC 9052 */
function coseKey (key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  return Buffer.concat([Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
    byteString(Buffer.from(x, 'base64url')), Buffer.from([0x22]), byteString(Buffer.from(y, 'base64url'))])
}

/**
 * A passkey in memory: what a browser and an authenticator do together, for tests of passkeys without a browser.
 * @see W3C Web Authentication
 */
export class SoftwarePasskey {
  readonly #keys = makeKeyPair('ES256')
  readonly #id = randomBytes(16)
  readonly #origin: string
  #userHandle = ''
  #counter = 0

  constructor (options: { origin: string }) {
    this.#origin = options.origin
  }

  #clientData (type: string, challenge: string): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin: this.#origin, crossOrigin: false }))
  }

  #authenticatorData (rpId: string, flags: number, rest: Buffer = Buffer.alloc(0)): Buffer {
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(++this.#counter)
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([flags]), counter, rest])
  }

  #answer (response: Record<string, string>): Record<string, unknown> {
    const id = this.#id.toString('base64url')
    return {
      id,
      rawId: id,
      type: 'public-key',
      authenticatorAttachment: 'platform',
      clientExtensionResults: {},
      response
    }
  }

  /** `navigator.credentials.create()` */
  create (params: PasskeyParams): Record<string, unknown> {
    this.#userHandle = params.user?.id ?? ''
    const length = Buffer.from([0, this.#id.length])
    const credential = Buffer.concat([Buffer.alloc(16), length, this.#id, coseKey(this.#keys.publicKey)])
    const authData = this.#authenticatorData(params.rp?.id ?? '', userPresentAndVerified | hasCredential, credential)
    const attestation = Buffer.concat([Buffer.from([0xa3]), textString('fmt'), textString('none'),
      textString('attStmt'), Buffer.from([0xa0]), textString('authData'), byteString(authData)])
    return this.#answer({
      clientDataJSON: this.#clientData('webauthn.create', params.challenge).toString('base64url'),
      attestationObject: attestation.toString('base64url')
    })
  }

  /** `navigator.credentials.get()` */
  get (params: PasskeyParams): Record<string, unknown> {
    const clientData = this.#clientData('webauthn.get', params.challenge)
    const authenticatorData = this.#authenticatorData(params.rpId ?? '', userPresentAndVerified)
    const signature = sign('sha256',
      Buffer.concat([authenticatorData, createHash('sha256').update(clientData).digest()]), this.#keys.privateKey)
    return this.#answer({
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authenticatorData.toString('base64url'),
      signature: signature.toString('base64url'),
      userHandle: this.#userHandle
    })
  }
}
