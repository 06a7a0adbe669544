import { paginate } from 'fastify-auth0/management'
import { management } from './client.js'

// All of them, however many there are.
for await (const { id, name, strategy } of paginate(management.connections.list, { fields: 'id,name,strategy' })) {
  console.log(`${id} ${name} (${strategy})`)
}

// One of them.
const [first] = await management.connections.list({
  name: process.env.CONNECTION ?? 'Username-Password-Authentication'
})
if (first?.id !== undefined) {
  const connection = await management.connections.get(first.id)
  console.log(`${connection.name} is shown as "${connection.display_name ?? connection.name}".`)

  // What is given is changed; options are replaced as a whole, so that they are read first.
  const options = { ...connection.options, brute_force_protection: true }
  const updated = await management.connections.update(first.id, { display_name: 'Staff', options })
  console.log(`${updated.name} is shown as "${updated.display_name}" now.`)
}
await management.close()
