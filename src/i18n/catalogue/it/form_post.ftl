form-post-title = Continua
form-post-heading = Ci siamo quasi
form-post-text = Stai tornando all’applicazione. Se non succede nulla, premi il pulsante.
form-post-continue = Continua
