### The page at the root.

home-title = Welcome
home-heading = Sign-in server
home-text = Applications send you here to sign in. You do not need to visit this page yourself.
home-discovery = Discovery document, for developers
