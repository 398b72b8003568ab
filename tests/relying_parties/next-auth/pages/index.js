// A Next.js application with next-auth 4: sign in, show the session, sign out.
import { SessionProvider, signIn, signOut, useSession } from 'next-auth/react'

function Home() {
  const { data, status } = useSession()
  if (status === 'loading') return null
  if (!data) return <button id="sign-in" onClick={() => signIn('signet')}>Sign in</button>
  return <>
    <pre>{JSON.stringify(data, null, 2)}</pre>
    <button id="sign-out" onClick={() => signOut()}>Sign out</button>
    <a id="sign-out-at-signet" href={data.signOutAtSignet}>… of signet too</a>
  </>
}

export default () => <SessionProvider><Home /></SessionProvider>
