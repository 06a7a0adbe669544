/** Waits for what must come, trying every 10 ms: as often as `tries` says, without it until the test's own limit. */
export async function until (holds: () => boolean | Promise<boolean>, tries = Infinity): Promise<void> {
  for (let left = tries; !await holds(); left--) {
    if (left === 0) throw new Error('It never came to pass.')
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}
