/**
 * Loads several servers in turn, shuffled anew in each round, and says what each request cost them.
 * The first round only warms up.
 * @returns per server, what `load` returned and `perRequest` (microseconds of CPU), one entry per round
 */
export async function rounds (servers, count, load) {
  const results = servers.map(() => [])
  for (let round = -1; round < count; round++) {
    for (const i of shuffled(servers.length)) {
      const before = await servers[i].cpu()
      const done = await load(servers[i], i)
      const spent = await servers[i].cpu() - before
      if (round >= 0) results[i].push({ ...done, perRequest: spent / done.requests })
    }
  }
  return results
}

function shuffled (length) {
  return Array.from({ length }, (_, i) => [Math.random(), i]).sort((a, b) => a[0] - b[0]).map(([, i]) => i)
}
