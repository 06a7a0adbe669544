/**
 * Tells once that a store in memory is full, when the first entry is dropped that still matters.
 * @param lost what the drop means, and what to do; for the process warning
 * @param onFull called instead of the warning
 */
export function fullNotice (code: string, lost: string, onFull?: () => void): () => void {
  let told = false
  return () => {
    if (told) return
    told = true
    if (onFull === undefined) process.emitWarning(lost, { code })
    else onFull()
  }
}
