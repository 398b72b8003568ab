### What pages say about an application.

# $client (text): the application
client-about = About { $client }
client-privacy = Privacy policy
client-terms = Terms of service
