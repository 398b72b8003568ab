time-seconds = { $number ->
    [one] { $number } seconde
   *[other] { $number } secondes
}
time-minutes = { $number ->
    [one] { $number } minute
   *[other] { $number } minutes
}
time-hours = { $number ->
    [one] { $number } heure
   *[other] { $number } heures
}

time-day = { $day ->
    [1] 1er
   *[other] { $day }
} { $month } { $year }
time-january = janvier
time-february = février
time-march = mars
time-april = avril
time-may = mai
time-june = juin
time-july = juillet
time-august = août
time-september = septembre
time-october = octobre
time-november = novembre
time-december = décembre
