import type { TelemetryOption } from '../../../types/options.js'
import { refuseOption } from './rules.js'

/** `telemetry`: whether calls name this package, or another name and version. */
export function telemetry (value: unknown, option: string): TelemetryOption {
  if (typeof value === 'boolean') return value
  const { name, version } = (value ?? {}) as { name?: unknown, version?: unknown }
  return typeof name === 'string' && typeof version === 'string'
    ? { name, version }
    : refuseOption(option, value, 'true, false or { name, version }')
}
