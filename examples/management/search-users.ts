import { PaginationLimitError, exportUsers, paginate } from 'fastify-auth0/management'
import { management } from './client.js'

const q = process.env.QUERY ?? 'email:*@example.com AND NOT blocked:true'
let count = 0

try {
  for await (
    const { user_id: id, email } of paginate(management.users.list, {
      q,
      search_engine: 'v3',
      sort: 'email:1',
      fields: 'user_id,email'
    })
  ) {
    console.log(`${id} ${email}`)
    count++
  }
  console.log(`${count} users.`)
} catch (error) {
  if (!(error instanceof PaginationLimitError)) throw error
  // A search ends at 1,000 users. An export gives all users of the tenant; what matches is up to the program.
  const domain = process.env.EMAIL_DOMAIN ?? 'example.com'
  let found = 0
  const interval = Number(process.env.INTERVAL ?? 2)
  for await (const user of exportUsers(management, { fields: ['user_id', 'email'], interval })) {
    if (user.email?.endsWith(`@${domain}`) === true) found++
  }
  console.log(`More than ${count} users match. In the export ${found} have an address at ${domain}.`)
}
await management.close()
