import { ConfigurationError } from '../../errors.js'

/** How often expired rows are looked for. */
export interface SweepOptions {
  /** Seconds between two sweeps; 0 for none. Default 900. */
  sweepInterval?: number
  /** Told of a sweep that failed; the next one tries again. Default: a process warning. */
  onSweepError?: (error: unknown) => void
}

/** Sweeps now and then without keeping the process alive; the function it returns stops it. */
export function sweepRegularly (sweep: () => Promise<unknown>, options: SweepOptions): () => void {
  const { sweepInterval = 900, onSweepError = warnOfSweep } = options
  if (!Number.isFinite(sweepInterval) || sweepInterval < 0 || sweepInterval > 2_000_000) {
    throw new ConfigurationError('sweepInterval',
      'Option "sweepInterval" must be a number of seconds, 2 000 000 at most, or 0.')
  }
  if (sweepInterval === 0) return () => {}
  const timer = setInterval(() => {
    sweep().catch(onSweepError)
  }, sweepInterval * 1000)
  timer.unref()
  return () => clearInterval(timer)
}

function warnOfSweep (error: unknown): void {
  process.emitWarning(`Expired rows could not be deleted: ${(error as Error).message}. The next sweep tries again. ` +
    'Check the connection and the rights of the database user.', { code: 'AUTH0_SWEEP_FAILED' })
}
