import { runGroup } from '../groups.js'

await runGroup(import.meta.url)
