// Русский: табло и решение. {name} подставляется; список — формы числа [1, 2–4, 5 и больше].

import commission from "./strings_ru_commission.js";
import gauge from "./strings_ru_gauge.js";
import refusals from "./strings_ru_refusals.js";
import shadow from "./strings_ru_shadow.js";
import views from "./strings_ru_views.js";
import whatIf from "./strings_ru_what_if.js";

export default {
  ...gauge,
  ...refusals,
  ...shadow,
  ...views,
  ...whatIf,
  ...commission,

  "title": "Контроль проливов",

  "nav.board": "Табло",
  "nav.history": "Журнал",
  "nav.system": "Система",
  "nav.label": "Разделы",
  "nav.engineering": "Для инженеров",
  "nav.state": "Состояние",
  "nav.wall": "Вид для стены",
  "nav.colours": "Светлая или тёмная тема",
  "nav.language": "Language: English",
  "nav.help": "Клавиши",
  "nav.try": "Проверить",
  "nav.sign_out": "Выйти",

  "link.live": "На связи",
  "link.connecting": "Подключение",
  "link.lost": "Нет связи",
  "link.refused": "Нужен вход",
  "link.lost_banner": "СВЯЗЬ ПОТЕРЯНА, прошло {duration}. На экране старые данные: следите за столом сами.",
  "link.never_banner": "НЕТ СВЯЗИ со службой контроля. Следите за столом сами.",

  "banner.camera_silent": "КАМЕРА {camera} МОЛЧИТ {duration}. Её кристаллизаторы не контролируются.",
  "banner.camera_silent_now": "КАМЕРА {camera} МОЛЧИТ. Её кристаллизаторы не контролируются.",
  "banner.wells_silent": "{camera}: нет снимков {wells}. Контроля нет.",
  "banner.not_ready": "СЛУЖБА НЕ ДАЁТ ВЕРДИКТОВ: {detail}",
  "banner.trouble": "{detail} (уже {duration})",
  "banner.model": "Модель сменилась в {time}: {artifact}",
  "banner.more": ["ещё {count} сообщение", "ещё {count} сообщения", "ещё {count} сообщений"],
  "banner.drift": "{camera}: снимки изменились ({figures}). Проверьте свет и объектив.",

  "trouble.refused_artifact": "Новая или изменённая модель отклонена; работает прежняя. Сообщите инженеру.",
  "trouble.stored_state": "Файлы с решениями людей утрачены или повреждены; действует журнал или более строгий порог. Сообщите инженеру.",
  "trouble.shadow": "Теневая модель не работает или её счёт не сохраняется; вердикты даются. Сообщите инженеру.",
  "trouble.overload": "СНИМКИ ОТКЛОНЯЮТСЯ {duration}: их больше, чем можно оценить. Следите за старыми снимками.",
  "trouble.commissioning": "То, с чем камера введена в работу, больше не действует: модель другая или проверен более слабый пролив. Сообщите инженеру (Система, «Ввод камер в работу»).",
  "trouble.misaligned": "КАМЕРА ИЛИ СТОЛ СДВИНУЛИСЬ, {duration}: кристаллизаторы не оцениваются. Верните на место или обновите разметку.",
  "trouble.stream": "КАМЕРА НЕ ДАЁТ КАДРОВ, {duration}: её кристаллизаторы не оцениваются. Проверьте камеру и сеть.",
  "trouble.postgresql": "Общий журнал недоступен {duration}. Вердикты выносятся; списки могут быть старыми.",
  "trouble.webhook": "ТРЕВОГИ НЕ УХОДЯТ НА ЗАВОД {duration}. Следите за этой страницей.",
  "trouble.mqtt": "ЗАВОД НИЧЕГО НЕ ПОЛУЧАЕТ ПО MQTT {duration}. Следите за этой страницей.",
  "trouble.modbus": "КОНТРОЛЛЕРЫ НИЧЕГО НЕ ПОЛУЧАЮТ ПО MODBUS {duration}. Следите за этой страницей.",
  "trouble.opcua": "ЗАВОД НИЧЕГО НЕ ПОЛУЧАЕТ ПО OPC UA {duration}. Следите за этой страницей.",
  "trouble.clock": "Часы службы перескочили: время может быть неверным. По возрасту пока ничего не удаляется.",
  "trouble.journal_damaged": "Повреждённый журнал отложен: прежние записи не показаны. Сообщите инженеру.",

  "wells_more": "{wells} и ещё {count}",
  "more": "и ещё {count}",

  "legend": "Что означают знаки",
  "legend.open": "в рамке: тревога ждёт человека",
  "legend.halves": "друг над другом: половины a и b одного кристаллизатора",

  "summary.leak": ["ПРОЛИВ в {count} кристаллизаторе", "ПРОЛИВ в {count} кристаллизаторах", "ПРОЛИВ в {count} кристаллизаторах"],
  "summary.newest": "последний: {place} ({duration})",
  "summary.returned": [
    "{count} тревога прошла: квитируйте",
    "{count} тревоги прошли: квитируйте",
    "{count} тревог прошли: квитируйте",
  ],
  "summary.nameless": [
    "{count} ТРЕВОГА по снимку без имени камеры",
    "{count} ТРЕВОГИ по снимкам без имени камеры",
    "{count} ТРЕВОГ по снимкам без имени камеры",
  ],
  "summary.nameless_hint": "Она в разделе «Система»: квитируйте там.",
  "summary.shelved": ["{count} отложена", "{count} отложены", "{count} отложено"],
  "summary.unknown": [
    "{count} кристаллизатор не удаётся оценить",
    "{count} кристаллизатора не удаётся оценить",
    "{count} кристаллизаторов не удаётся оценить",
  ],
  "summary.no_leak": "Проливов нет",
  "summary.good": ["{count} кристаллизатор без пролива", "{count} кристаллизатора без пролива", "{count} кристаллизаторов без пролива"],
  "summary.silent": [
    "{count} кристаллизатор БЕЗ КОНТРОЛЯ",
    "{count} кристаллизатора БЕЗ КОНТРОЛЯ",
    "{count} кристаллизаторов БЕЗ КОНТРОЛЯ",
  ],
  "summary.empty": "Пока ничего не проверено",
  "summary.empty_hint": "Отправляйте снимки с camera_id и well_id на POST /v1/inspect или перетащите снимок сюда, чтобы проверить его.",
  "summary.blind": "Контроля нет",
  "summary.locked": "Войдите, чтобы видеть кристаллизаторы",

  "attention.title": "Проливы и неопределённые",
  "attention.go": ["Внимание: {count} ↓", "Внимание: {count} ↓", "Внимание: {count} ↓"],
  "attention.none": "Тревог нет.",
  "attention.leak": ["Пролив сейчас: {count} кристаллизатор", "Пролив сейчас: {count} кристаллизатора", "Пролив сейчас: {count} кристаллизаторов"],
  "attention.unknown": ["Не удаётся оценить: {count} кристаллизатор", "Не удаётся оценить: {count} кристаллизатора", "Не удаётся оценить: {count} кристаллизаторов"],
  "attention.returned": ["Тревога прошла: {count} кристаллизатор", "Тревога прошла: {count} кристаллизатора", "Тревога прошла: {count} кристаллизаторов"],
  "attention.shelved": ["Отложено: {count} кристаллизатор", "Отложено: {count} кристаллизатора", "Отложено: {count} кристаллизаторов"],
  "attention.all_of": "Квитировать все",
  "attention.all": ["Квитировать {camera}: {count}", "Квитировать {camera}: {count}", "Квитировать {camera}: все {count}"],

  "well": "Кристаллизатор {well}",
  "well.none": "Весь кадр",
  "well.unnamed": "Безымянная камера",

  "camera": "Камера",
  "camera.alive": "работает",
  "camera.silent": "МОЛЧИТ",
  "camera.paused": "нет снимков",
  "camera.last": "последний снимок {duration} назад",
  "camera.now": "снимок только что",
  "camera.wells": ["{count} кристаллизатор", "{count} кристаллизатора", "{count} кристаллизаторов"],
  "camera.drift": "снимки изменились",
  "camera.cast": "плавка {cast}",
  "frame.title": "Последний кадр {camera} с кристаллизаторами",
  "frame.of": "кадр от {time}",
  "frame.old": "Последнему кадру {duration}: вместо него показана сетка.",
  "frame.none": "Кадр недоступен: вместо него показана сетка.",
  "frame.to_grid": "Показать сетку",
  "frame.to_frame": "Показать кадр",

  "since": "с {time}",

  "for": "уже {duration}",

  "card.over": "было: {verdict}, сейчас: {now}",
  "card.group": [
    "{count} кристаллизатор: {verdict}",
    "{count} кристаллизатора: {verdict}",
    "{count} кристаллизаторов: {verdict}",
  ],
  "card.acknowledged": "Квитировано: {operator}",
  "card.acknowledge": "Квитировать",
  "card.shelve": "Отложить…",
  "card.unshelve": "Вернуть",
  "card.shelved": "отложено до {time}, {operator}: {reason}",
  "card.first_out": "первая",
  "card.first_out_hint": "Когда она возникла, других активных тревог этой камеры не было",
  "card.ratio": "{ratio} × порог",
  "card.times": ["{count} раз", "{count} раза", "{count} раз"],
  "card.chatters": ["дребезг: {count} раз", "дребезг: {count} раза", "дребезг: {count} раз"],
  "card.open": "Подробнее",

  "score.ratio": "{ratio} × порог",
  "score.of": "оценка {score}, порог {threshold}",
  "score.none": "Оценка не вычислялась",
  "score.threshold": "порог",

  "why.leak": "Снимок не похож на исправный кристаллизатор: оценка составляет {ratio} порога.",
  "why.no_leak": "Снимок похож на исправный кристаллизатор: оценка составляет {ratio} порога.",

  "picture.alt": "Снимок: {well}",

  "heatmap.alt": "Снимок, восстановление и отличие: {well}",
  "heatmap.picture": "Снимок",
  "heatmap.reconstruction": "Ожидалось",
  "heatmap.error": "Отличие",
  "heatmap.scale": "Ярче — сильнее отличие. Шкала одна для всех снимков.",

  "picture.not_kept": "Этот снимок не сохранён",

  "dialog.close": "Закрыть",
  "dialog.why": "Почему",
  "dialog.scores": "Оценки этого кристаллизатора",
  "dialog.figures": "Измерено на снимке",
  "dialog.details": "Запись",
  "dialog.missing": "Этого решения нет в журнале.",

  "chart.alt": "Оценки по времени с порогом: {well}",
  "chart.empty": "За это время оценок нет",
  "chart.window": "Показать за",
  "chart.minutes": ["{count} минуту", "{count} минуты", "{count} минут"],
  "chart.hours": ["{count} час", "{count} часа", "{count} часов"],

  "review.title": "Что вы видите?",
  "review.leak": "Это пролив",
  "review.no_leak": "Пролива нет",
  "review.unknown": "Не могу сказать",
  "review.name": "Ваше имя",
  "review.comment": "Примечание (не обязательно)",
  "review.name_missing": "Сначала укажите имя: оно сохраняется вместе с отзывом.",
  "review.saved": "Записано: {verdict}, {reviewer}",
  "review.none": "Ещё не проверено человеком",
  "review.line": "{verdict}, {reviewer}, {time}",
  "review.history": "Проверки",

  "name.title": "Кто квитирует?",
  "name.enter": "Продолжить",

  "done.acknowledged": "Тревога квитирована: {well}",
  "done.acknowledged_all": ["Квитирована {count} тревога", "Квитированы {count} тревоги", "Квитировано {count} тревог"],
  "done.shelved": "Тревога отложена: {well}",
  "done.unshelved": "Тревога возвращена: {well}",

  "shelf.title": "Отложить тревогу: {well}",
  "shelf.hint": "Она вернётся сама, и сразу, если неопределённость станет проливом. Кристаллизатор остаётся на табло.",
  "shelf.time": "На время",
  "shelf.reason": "Почему",
  "shelf.enter": "Отложить",

  "sound.on": "Звук включён: сигнал при каждом новом проливе",
  "sound.off": "Звук выключен",
  "sound.asleep": "Звук ждёт: нажмите что-нибудь один раз",

  "failed": "Не получилось: {detail}",
  "failed.unreachable": "служба недоступна",
  "failed.refused": "ваш ключ этого не позволяет",
};
