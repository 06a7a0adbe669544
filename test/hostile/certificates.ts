import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'

/** A key and its certificate, PEM. */
export interface Certificate {
  cert: string
  key: string
  name: string
  privateKey: KeyObject
}

export interface CertificateOptions {
  name: string
  /** Signs itself without one. */
  issuer?: Certificate
  authority?: boolean
  /** Host names it is for. */
  hosts?: string[]
  notBefore?: Date
  notAfter?: Date
}

function der (tag: number, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  const length = body.length < 128
    ? Buffer.from([body.length])
    : body.length < 256 ? Buffer.from([0x81, body.length]) : Buffer.from([0x82, body.length >> 8, body.length & 0xff])
  return Buffer.concat([Buffer.from([tag]), length, body])
}

const sequence = (...content: Uint8Array[]) => der(0x30, ...content)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))

function name (commonName: string): Buffer {
  return sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(commonName)))))
}

function time (date: Date): Buffer {
  return der(0x17, Buffer.from(date.toISOString().replace(/[-:T]/g, '').slice(2, 14) + 'Z'))
}

function extensions ({ authority = false, hosts = [] }: CertificateOptions): Buffer {
  const list = [
    sequence(oid('551d13'), der(0x01, Buffer.from([0xff])),
      der(0x04, authority ? sequence(der(0x01, Buffer.from([0xff]))) : sequence()))
  ]
  if (hosts.length > 0) {
    const names = hosts.map(host =>
      /^\d+(\.\d+){3}$/.test(host) ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host))
    )
    list.push(sequence(oid('551d11'), der(0x04, sequence(...names))))
  }
  return der(0xa3, sequence(...list))
}

/** Makes an X.509 certificate on P-256. @see RFC 5280 section 4.1 */
export function certificate (options: CertificateOptions): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const day = 86_400_000
  const tbs = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(12)])),
    ecdsaWithSha256,
    name(options.issuer?.name ?? options.name),
    sequence(time(options.notBefore ?? new Date(Date.now() - day)),
      time(options.notAfter ?? new Date(Date.now() + day))),
    name(options.name),
    publicKey.export({ type: 'spki', format: 'der' }),
    extensions(options)
  )
  const signature = sign('sha256', tbs, options.issuer?.privateKey ?? privateKey)
  const whole = sequence(tbs, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature))
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  return {
    name: options.name,
    privateKey,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
  }
}
