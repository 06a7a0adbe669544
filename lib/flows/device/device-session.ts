import { ForbiddenError, LoginRequiredError, SessionTooLargeError, TokenValidationError } from '../../errors.js'
import { verifyRefreshProof, verifyRegistrationProof } from '../../tokens/device-proof.js'
import { bindingGrace } from '../../stores/device/device-gate.js'
import type { DeviceSessions } from '../../stores/sessions.js'
import type { SessionRecord } from '../../../types/stores.js'
import type { DeviceBoundConfig } from '../config.js'
import type { PluginContext, RequestContext } from '../context.js'
import { emitFor, pseudonym } from '../events.js'
import { openChallenge, sealChallenge } from './challenge.js'
import {
  challengeField, deviceUrl, identifierOf, instructionsFor, registrationOffer, type SessionInstructions
} from './instructions.js'

/** Seconds by which the challenge for the next refresh outlives the bound cookie. */
const NEXT_CHALLENGE_MARGIN = 120

/** What a device route answers. */
export type DeviceAnswer =
  | { outcome: 'bound', instructions: SessionInstructions, challenge: string }
  /** A proof is needed. Nothing has ended. */
  | { outcome: 'unproved', challenge: string }
  /** There is no such session any more. */
  | { outcome: 'over' }

/** Seconds within which a browser must answer a challenge, also at a server whose clock is ahead. */
function challengeLife ({ config: { clockTolerance } }: PluginContext): number {
  return Math.max(300, clockTolerance + 60)
}

/** What the options say of devices, and the sessions: there on the device routes. */
function setup ({ config, sessions, deviceSealer }: PluginContext) {
  return {
    sealer: deviceSealer!,
    devices: sessions.device as DeviceSessions,
    deviceBound: config.deviceBound as DeviceBoundConfig
  }
}

/** Offers to bind a session that has just begun; once, in the answer to the login. */
export function offerBinding (context: PluginContext, request: RequestContext, { id }: SessionRecord): void {
  const { deviceSealer, config } = context
  if (deviceSealer === undefined || !request.jar.secure) return
  // Where a session must be bound: as long as it may be unbound.
  const life = config.deviceBound!.required ? bindingGrace(config.clockTolerance) : challengeLife(context)
  const challenge = sealChallenge(deviceSealer, { purpose: 'register', id, round: 0, until: context.now() + life })
  request.setHeader?.('secure-session-registration', registrationOffer(context, request.appBase(), challenge))
}

/**
 * Binds the session of a request to the device that made the proof.
 * @throws LoginRequiredError without a session, ForbiddenError `device_not_registered` for a proof that is refused,
 * SessionStoreError
 */
export async function registerDevice (context: PluginContext, request: RequestContext,
  proof: string | undefined): Promise<DeviceAnswer> {
  const { sealer, devices } = setup(context)
  const record = await devices.held(request.jar)
  if (record === undefined) throw new LoginRequiredError()
  try {
    if (proof === undefined) throw refused('Secure-Session-Response holds no proof')
    const { challenge: text, ...device } = verifyRegistrationProof(proof,
      deviceUrl(context, request.appBase(), 'deviceRegistration'))
    const challenge = openChallenge(sealer, text)
    if (challenge === undefined || challenge.purpose !== 'register') throw refused('it answers no challenge of ours')
    if (challenge.until <= context.now()) throw refused('its challenge has expired')
    const former = record.device?.from ?? record.id
    if (challenge.id !== former) throw refused('its challenge is of another session')
    const bound = await devices.bind(request.jar, former, device)
    if (bound === undefined) throw refused('the session is bound to a device already, or has ended')
    request.session = null
    report(context, request, record, 'session_bound')
    return boundAnswer(context, request, bound)
  } catch (error) {
    if (error instanceof TokenValidationError || error instanceof ForbiddenError ||
      error instanceof SessionTooLargeError) {
      report(context, request, record, 'device_registration_refused', error)
      throw error instanceof ForbiddenError ? error : refused(error.message, error)
    }
    throw error
  }
}

/**
 * Gives the browser a new bound cookie for a proof of the session's device. Not an activity of the user: nothing
 * prolongs the session.
 * @param identifier the browser's name for the session
 * @throws SessionStoreError where nobody can say whether the session lives
 */
export async function refreshDevice (context: PluginContext, request: RequestContext, identifier: string,
  proof: string | undefined): Promise<DeviceAnswer> {
  const { sealer, devices } = setup(context)
  const record = await devices.held(request.jar)
  if (record?.device === undefined || identifierOf(record) !== identifier) return { outcome: 'over' }
  if (proof === undefined) return unproved(context, record)
  let text: string
  try {
    text = verifyRefreshProof(proof, record.device.key, deviceUrl(context, request.appBase(), 'deviceRefresh'))
      .challenge
  } catch (error) {
    if (!(error instanceof TokenValidationError)) throw error
    report(context, request, record, 'device_proof_refused', error)
    return unproved(context, record)
  }
  const challenge = openChallenge(sealer, text)
  if (challenge === undefined || challenge.purpose !== 'refresh' || challenge.id !== record.id) {
    report(context, request, record, 'device_proof_refused', refused('it answers no challenge of this session'))
    return unproved(context, record)
  }
  if (challenge.until <= context.now()) return unproved(context, record)
  const proved = await devices.prove(request.jar, record, challenge.round)
  if (proved !== undefined) return boundAnswer(context, request, proved)
  // The challenge was spent, or the session has ended while this request was on its way.
  const now = await devices.held(request.jar)
  return now?.device === undefined || now.id !== record.id ? { outcome: 'over' } : unproved(context, now)
}

function boundAnswer (context: PluginContext, request: RequestContext, record: SessionRecord): DeviceAnswer {
  const { devices, deviceBound } = setup(context)
  const instructions = instructionsFor(context, request, record, devices.attributes(request.jar))
  return {
    outcome: 'bound',
    instructions,
    challenge: nextChallenge(context, record, deviceBound.refreshAfter + NEXT_CHALLENGE_MARGIN)
  }
}

function unproved (context: PluginContext, record: SessionRecord): DeviceAnswer {
  return { outcome: 'unproved', challenge: nextChallenge(context, record, challengeLife(context)) }
}

function nextChallenge (context: PluginContext, record: SessionRecord, life: number): string {
  const { id, device } = record
  const challenge = { purpose: 'refresh', id, round: device!.round, until: context.now() + life } as const
  return challengeField(sealChallenge(setup(context).sealer, challenge), identifierOf(record))
}

function refused (why: string, cause?: unknown): ForbiddenError<'device_not_registered'> {
  const error = new ForbiddenError('device_not_registered', `The proof of the device was refused: ${why}`)
  if (cause !== undefined) error.cause = cause
  return error
}

function report (context: PluginContext, request: RequestContext, { issuer, user, domain }: SessionRecord,
  reason: string, error?: Error): void {
  emitFor(context, request, {
    type: 'session',
    outcome: error === undefined ? 'success' : 'failure',
    reason,
    blame: error === undefined ? 'none' : 'user',
    domain,
    user: pseudonym(issuer, user.sub)
  }, error)
}
