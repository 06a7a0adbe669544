import { environment } from '../environment.js'
import { management } from './client.js'

const env = environment('EMAIL')

// Only a verified address proves that two accounts belong to the same person.
const users = (await management.users.listUsersByEmail({ email: env.EMAIL }))
  .filter(({ email_verified: isVerified }) => isVerified === true)
  .sort((a, b) => String(a.created_at).localeCompare(String(b.created_at)))

const [primary, ...others] = users
if (primary === undefined || others.length === 0) {
  console.log(`${env.EMAIL} has ${users.length} verified account(s): there is nothing to link.`)
} else {
  for (const { user_id: id, identities, user_metadata: metadata } of others) {
    const { provider, user_id: userId } = identities![0]!
    // Auth0 drops the metadata of the account that is linked. What the primary account has already stays.
    await management.users.update(primary.user_id!, { user_metadata: { ...metadata, ...primary.user_metadata } })
    const linked = await management.users.identities.link(primary.user_id!, { provider: provider!, user_id: userId! })
    console.log(`${id} is linked to ${primary.user_id}, which has ${linked.length} identities now.`)
  }
}
await management.close()
