import { sign } from 'node:crypto'
import { parseFieldList, type FieldMember } from '../base/structured-fields.js'
import { deviceOf } from '../tokens/device-proof.js'
import { makeKeyPair, type KeyPair } from './key-pair.js'
import type { DeviceBinding } from '../../types/stores.js'

/** What a browser sends to a device route; the cookies are for the sender to add. */
export interface DeviceRequest {
  method: 'POST'
  /** The path. */
  url: string
  headers: Record<string, string>
}

/** The part of an answer that a device reads: what `app.inject()` gives. */
export interface DeviceResponse {
  statusCode: number
  headers: Readonly<Record<string, string | string[] | number | undefined>>
  body: string
}

/** Sends a request with the browser's cookies and keeps the cookies of the answer. */
export type SendDeviceRequest = (request: DeviceRequest) => Promise<DeviceResponse>

/** What a proof says. `jwk` puts the public key into its header, as a registration must. */
export interface DeviceProofOptions {
  challenge: string
  jwk?: boolean
  /** Further claims, or others. */
  claims?: Readonly<Record<string, unknown>>
  /** Further members of the header, or others. */
  header?: Readonly<Record<string, unknown>>
}

/** What became of a refresh: there is a new bound cookie, the session is over, or a later attempt may do. */
export type DeviceRefresh = 'refreshed' | 'over' | 'later'

/** A bound session as the device knows it. */
interface DeviceSession {
  identifier: string
  refreshUrl: string
  challenge: string | undefined
}

const ATTEMPTS = 2

/**
 * A device with a key, and what a browser does with it to bind a session: for tests without a browser.
 *
 * ```ts
 * const device = new SoftwareDevice()
 * const send = request => app.inject({ ...request, cookies })
 * await device.register(callbackResponse, send)
 * await device.refresh(send)
 * ```
 * @experimental as `sessionConfiguration.deviceBound` is
 */
export class SoftwareDevice {
  readonly algorithm: 'ES256' | 'RS256'
  readonly #keys: KeyPair
  #session: DeviceSession | undefined

  /** @param options `algorithm` of the key; default `ES256` */
  constructor ({ algorithm = 'ES256' }: { algorithm?: 'ES256' | 'RS256' } = {}) {
    this.algorithm = algorithm
    this.#keys = makeKeyPair(algorithm)
  }

  /** The browser's name for the session; `undefined` while none is bound. */
  get identifier (): string | undefined {
    return this.#session?.identifier
  }

  /** The public key and its thumbprint. */
  get binding (): Pick<DeviceBinding, 'key' | 'thumbprint'> {
    return deviceOf(this.#keys.publicKey)
  }

  /** Takes a session over that is bound to this device's key. */
  adopt ({ identifier, refreshUrl }: { identifier: string, refreshUrl: string }): void {
    this.#session = { identifier, refreshUrl, challenge: undefined }
  }

  /** A proof: a JWT that this device's key has signed. */
  proof ({ challenge, jwk = false, claims = {}, header = {} }: DeviceProofOptions): string {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const head = {
      alg: this.algorithm,
      typ: 'dbsc+jwt',
      ...(jwk && { jwk: this.#keys.publicKey.export({ format: 'jwk' }) }),
      ...header
    }
    const signed = `${part(head)}.${part({ jti: challenge, ...claims })}`
    const key = { key: this.#keys.privateKey, dsaEncoding: 'ieee-p1363' } as const
    return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
  }

  /**
   * The request that answers `Secure-Session-Registration` of a login's response; `undefined` where the response offers
   * nothing.
   */
  registration ({ headers }: Pick<DeviceResponse, 'headers'>): DeviceRequest | undefined {
    const offer = fieldsOf(headers, 'secure-session-registration')
      .find(({ value }) => Array.isArray(value) && value.includes(this.algorithm))
    const path = offer?.params.get('path')
    const challenge = offer?.params.get('challenge')
    if (typeof path !== 'string' || typeof challenge !== 'string') return undefined
    return request(path, { 'secure-session-response': this.proof({ challenge, jwk: true }) })
  }

  /**
   * Binds the session of a login's response. @returns whether there was an offer, and the application has bound the
   * session
   */
  async register (login: Pick<DeviceResponse, 'headers'>, send: SendDeviceRequest): Promise<boolean> {
    const registration = this.registration(login)
    if (registration === undefined) return false
    const response = await send(registration)
    if (response.statusCode !== 200) return false
    const { session_identifier: identifier, refresh_url: refreshUrl } = JSON.parse(response.body) as Instructions
    this.adopt({ identifier, refreshUrl })
    this.#keepChallenge(response)
    return true
  }

  /** The request for a new bound cookie, with a proof where a challenge is at hand. */
  refreshRequest (): DeviceRequest | undefined {
    if (this.#session === undefined) return undefined
    const { identifier, refreshUrl, challenge } = this.#session
    return request(refreshUrl, {
      'sec-secure-session-id': identifier,
      ...(challenge !== undefined && { 'secure-session-response': this.proof({ challenge }) })
    })
  }

  /** Gets a new bound cookie, as a browser does before the old one ends: with one more attempt for a challenge. */
  async refresh (send: SendDeviceRequest): Promise<DeviceRefresh> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const asked = this.refreshRequest()
      if (asked === undefined) return 'over'
      const response = await send(asked)
      const { statusCode } = response
      this.#keepChallenge(response)
      if (statusCode === 403 && this.#session?.challenge !== undefined) continue
      if (statusCode >= 500 || statusCode === 429) return 'later'
      const goesOn = statusCode === 204 || (statusCode === 200 && !isOver(response.body))
      if (!goesOn) this.#session = undefined
      return goesOn ? 'refreshed' : 'over'
    }
    return 'later'
  }

  /** Every answer's challenge is for the next proof; a challenge serves once. */
  #keepChallenge ({ headers }: DeviceResponse): void {
    if (this.#session === undefined) return
    const { identifier } = this.#session
    const found = fieldsOf(headers, 'secure-session-challenge').find(({ params }) => params.get('id') === identifier)
    this.#session.challenge = typeof found?.value === 'string' ? found.value : undefined
  }
}

interface Instructions {
  session_identifier: string
  refresh_url: string
}

function isOver (body: string): boolean {
  return body !== '' && (JSON.parse(body) as { continue?: boolean }).continue === false
}

function fieldsOf (headers: DeviceResponse['headers'], name: string): FieldMember[] {
  const field = headers[name]
  return field === undefined ? [] : parseFieldList([field].flat().join(', ')) ?? []
}

function request (url: string, headers: Record<string, string>): DeviceRequest {
  return { method: 'POST', url, headers: { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors', ...headers } }
}
