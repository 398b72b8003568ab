time-seconds = { $number ->
    [one] { $number } segundo
   *[other] { $number } segundos
}
time-minutes = { $number ->
    [one] { $number } minuto
   *[other] { $number } minutos
}
time-hours = { $number ->
    [one] { $number } hora
   *[other] { $number } horas
}

time-day = { $day } de { $month } de { $year }
time-january = enero
time-february = febrero
time-march = marzo
time-april = abril
time-may = mayo
time-june = junio
time-july = julio
time-august = agosto
time-september = septiembre
time-october = octubre
time-november = noviembre
time-december = diciembre
