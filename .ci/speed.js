/**
 * Prints how many times as long as a quick machine this one takes for a fixed loop, and exits with 5 when that is more
 * than five times. CPU time counts, since other programs may be busy, and of the rounds the quickest, since Node is
 * still compiling the loop in the first ones.
 */
const QUICK = 1 // milliseconds of CPU for a round on a quick machine
const LIMIT = 5

function round () {
  let x = 1
  for (let i = 0; i < 1e6; i++) x = (Math.imul(x, 31) + i) | 0
  return x
}

let least = Infinity
for (let rounds = 0; rounds < 200; rounds++) {
  const begun = process.cpuUsage()
  round()
  const { user, system } = process.cpuUsage(begun)
  least = Math.min(least, (user + system) / 1000)
}
const times = least / QUICK
console.log(`A fixed loop takes ${times.toFixed(1)} times as long as on a quick machine.`)
process.exitCode = times > LIMIT ? 5 : 0
