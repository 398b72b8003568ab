time-seconds = { $number ->
    [one] { $number } secondo
   *[other] { $number } secondi
}
time-minutes = { $number ->
    [one] { $number } minuto
   *[other] { $number } minuti
}
time-hours = { $number ->
    [one] { $number } ora
   *[other] { $number } ore
}

time-day = { $day ->
    [1] 1º
   *[other] { $day }
} { $month } { $year }
time-january = gennaio
time-february = febbraio
time-march = marzo
time-april = aprile
time-may = maggio
time-june = giugno
time-july = luglio
time-august = agosto
time-september = settembre
time-october = ottobre
time-november = novembre
time-december = dicembre
