import NextAuth from 'next-auth'

// ---- what `client create` printed ----

export default NextAuth(authOptions)
