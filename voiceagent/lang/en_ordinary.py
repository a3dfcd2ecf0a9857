"""English: ordinary words that sound like many a name."""

from __future__ import annotations

__all__ = ["HEARD_OFTEN", "ORDINARY"]

ORDINARY = frozenset(
    """
    able absolutely accept access accounts acoustic action active actually adjust adult
    advice afraid age ago agree ahead air airline alert alerts alive allow allowed
    almost alone aloud amazing amount angry animals announce annual app apple apples
    apply area arrange arrived arrow arts aside assist attention audience audio aunt
    auto available avenue aware awful bacon bag bags bake baked baking balance ball
    banana band banking bar bare base baseball basic basket bath batteries battery
    battle beach beans bear beats became become bed beds beef beer beginning believe
    bell benefits besides bet beyond bike bird birds birth birthday birthdays bite
    bitter bleed blind blinds block blood blow board boards boat body boil boiled bone
    bones boots bored boring born borrow bother bottle bound bow bowl box boxes boys
    brain brand brave break breaking breath bridge bright brighter brings broad broke
    broken brought browse build building built bulb bulbs bunch burger burn burnt butter
    button cab cabin cabinet cable cafe cage cake calculator calm calorie calories
    camera camp cancelled candle candles candy cap capital care careful careless carpet
    carrot carrots carry case cash cat catch cats caught cause ceiling celebrate cell
    cent central century certain chain chair chairs chance changed changing channel
    chapter charge charged chat cheap cheaper cheese chef chemical cherry chess chest
    chicken chief chill chilly chip chips chocolate choice choose chord chores chosen
    church cinema circle class classic cleaned clear clip clock clocks closer cloth
    clothes cloud clouds cloudy club coach coat codes coffees coin coins colder collect
    color colors colour colours comb comedy command commands common companies company
    compare complaint complete completed computer concert condition confirm connect
    connection consider contain content continue control cooker cookie cookies cooking
    cooler copy corn corner correct cough counter couple course court cousin cover cow
    cows cream create credit crime cross crowd cruise cry cup cups current curtain
    curtains curve cut cycle daily damage dance dancing danger dark darker data date
    dates daughters dead deaf deal death debit deep define definition degree deliver
    delivery dental depart deposit desert deserves design details device devices dial
    diary dice died diet difference dig dine dining direct directed direction directions
    dirty disable dish dishes display distance divide divided dog dogs doing dollar
    dollars donate double doubt dozen drama draw drawer dream dreams dress dressed
    drinks drop dropped drum dry dryer dub due dull dumb dust duty ear earlier earn ears
    earth ease easily east easter eating echo economy edge egg eggs eight eighteen
    eighty electric electricity eleven else emails empire employees enable ended ends
    enemy engine english enjoy enough enter entire episode equal equals erase eraser
    error euro euros evenings events everything evil exact exactly exam example except
    exchange excuse exercise exit expect expensive expire extra eye eyes face fact facts
    fail faint fair fairy fake fall famous far fare farm fashion faster fat fault favor
    favorite favour favourite fear feature feed feel feeling fees feet fell felt fetch
    fever field fifteen fifth fifty fight figure file files fill filling films finally
    finger finish finished fired firm fish fit fitness five fix flag flash flavour
    flights flip flooding floor flour flow flower flowers flu fly flying fog foggy fold
    folder folk follow following foods fool foot football forecast foreign forest
    forever forgot forgotten fork form forty forward fought four fourteen fourth fraud
    freeze freezer freezing fresh fried fries fruit fry fuel fun function fund funds
    funny fur further future gain game games gas general gentle german ghost giant gift
    girls given giving glad glass glasses global glory gloves goal goals gods gold
    golden golf goodbye gotten grain gram grams grass groceries grocery gross ground
    groups grow guess guessed guest guests guide guitar gum gun gym hail hair hallway
    hand handle hands hang happen happened happening happens hat hate hats head headache
    headline headlines health healthy hear heard heart heat heaters heavy heights hell
    hide higher highest highway hill hint hire history hit hits hobby hold hole holiday
    holidays hood hook horn horror horse hose host hotter huge human humid humidity
    hundred hurry hurt hut ice idea ideas idle image imagine inbox inch inches income
    increase indie info inform instead interest interesting invite invited invoice iron
    island islands issue issues item items jacket jam jar jazz jealous jeans jet jobs
    joint joke jokes journal journey judge juice jump jumper junk keys kid kids kill
    kilo kind kinds king kiss kit kitchens knee knife knives knock known labour lack
    ladder lady lake lamb land landing lands lane language laptop larger lately laugh
    laundry law lawn lay lazy lead leaf league leak lean learn least leather lecture leg
    legs lemon lend lens lesson letter letters level levels lie life lift lifted limit
    limits line lines lip lips listed listen listening lit literally lives load loaf
    loan local locate location lock locked locks log logo loose lose loss lost loud
    louder loudly lovers loving lower lowest luck lucky luggage lunches lung lyrics
    machine mad magazine mails main major male mall maps mark market married mask mass
    master match matches math maths matter max maximum meal meals mean meaning means
    meant measure meat media medical medicine medium meet meetings melt member members
    memories memory mention menu mess metal meter meters method metric midday middle
    mile miles million mind mini minimum minus mirror missed missing mistake mix mixed
    mixer mobile mode model modern moment mood moon mop moral mountain mouse mouth moved
    movement movies moving mow mud murder muscle mushroom musical myself mystery nail
    nap narrow nation national native natural nature nearby nearest nearly neat
    necessary neck needle nerve nest net network neutral newspaper nicely nicer nights
    nine nineteen ninety noise noisy none noodles normal north nose noted nothing notice
    notify novel nowhere numb nurse nut nuts obtain occasion ocean odd offer offered
    officer oil oils olive omelette once ones onion online opera operate opinion option
    options oranges ordinary original outdoor outfit outlet ovens own owned owner pace
    pack package packed page pages pain paint painted painter pair pan panic paper
    papers parked parking parks parts party pass passed passing past paste path patient
    paycheck payment payments peace peak peas pen pencil pens pepper percent perfect
    period pet pets phase photo photos phrase piano pick picked picks picture pictures
    pie piece pieces pig pile pill pillow pills pilot pint pipe pitch plain plan planet
    planned plans plant plants plate plates platform player playlists pleasant pleased
    plot plug plugs plus pocket podcast podcasts poem poet point points poison policy
    polite politics poll pool poor pop popcorn popular pork port portion position
    possible post posted posts pot potato potatoes pound pounds pour power practice
    prefer prepare present president press pressure pretty previous prices print private
    prize probably problem problems produce product profit program project promise
    proper proud provide pub public pull pulled pump purchase purpose purse push quality
    queen quick quickly quiet quieter quit quiz race races racing radios rail raining
    rainy raise ran random rap rare rate rated rates rather rating ratings raw reach
    reached reaction reading real reason recall receipt receive received recent recently
    recipe recipes record recorded recording reduce refund regular related relax release
    relevant remain remote rent rental repair replace replaced replay reply report
    request required rescue reservation reserved reset respond rest result results
    retire return returns reveal reverse review reviews reward rewards rhyme rhythm rice
    rid ride riding rise rising risk river roast robot rock roll romance romantic roof
    root rope rough round route routine row rows rub rude rug rule rules rumor rush safe
    safely safety sail salad salary sale sales salmon salt sample sand sandwich sat
    sauce sausage saved savings scale scared scary scene scenes schedule scheduled
    schedules schools science scissors score scores scream screen sea seafood seal
    season seat seats secret section secure seem seemed seems self sell sense sentence
    series serious serve served server serves session setting settings settle seven
    several shade shadow shake shame shape share shared shark sharp shed sheep sheet
    shelf shell shine ship shirt shirts shock shoe shoes shook shoot shopping shops shot
    shots shoulder shout showed shower shown shrimp shuffle shy siblings sides sight
    sign signal silence silent silly silver similar simple sing singer singing single
    sink sir size skill skills skin skinny skirt sky slang slept slice slide slip slot
    slower slowly smart smell smile smoke smoking smooth snack snacks snake snowy soap
    soccer social sock socks soda sofa soft software soil sold solid solve somewhat
    somewhere sorry sort soul sound sounds soup sour source south space spare speak
    speaker speakers speaking speech speed spelled spend spending spent spices spicy
    spin spirit spoke spoon sport spot spots spread spun square squeeze staff stage
    stair stairs stamp standard star stars starting state states stations status stayed
    steak steal steam steel step steps stick stock stocks stolen stomach stone stood
    stories storm storms stormy story stove straight strange straw stream strike string
    strong student study style subject subway sugar suggest suit sum sunny sunrise
    sunset super supper supply surface surprise survey swap sweet swim swing symbol
    system table tables tail takeaway taken taking tale talk talked talking tall tank
    tap tape task tasks taste tasty taught taxes teach tear tears tech teeth telling ten
    tent term terms terrible test theater theatre theatres theme theory thick thin third
    thirsty thirteen thirty thou thread threw throat throw thumb thunder tidy tie tiger
    tight till tiny tip tips tires titled toast toaster today's toe toilets tomato
    tomatoes tone tool tools tooth total touch tough tours towel tower towns toy toys
    track tracks trade traffic trained training trains trash travel treat tree trees
    trial trick trip trips trouble truck true truly trust truth try trying tub tube tuna
    tune tunes turkey tweet tweets twelve twenty twice twist type types ugly ultimate
    umbrella unit units unless upcoming upset useful usual usually vacation vacuum
    valley value van various vegan vegetable vegetables verb version vibes video videos
    view villa village violin visa visit visited voice voices volume vote wage waist
    walked walking wall wallet war warmer wars washer washing waste watch watched
    watching watt wave waves wax weak wear wearing weekly weird west wet whale wheel
    whether whip whisper whistle whole wide wild win windy wine wing wings winner wipe
    wire wisdom wise wish within won wonder wonderful wood wooden woods wool wore worker
    worlds worried worry worse worst worth wow wrap wrist wrong yard yeah yen yep yet
    yogurt youth zero zone zoo
    """.split()
)
HEARD_OFTEN = frozenset(
    """
    ace aces afghanistan africa alabama alaska alexa amazon america american android
    angeles apps apr arabic argentina arizona arkansas asia asian atlanta aug australia
    australian austria bakeries bakery barcelona bay bays bbc beat beijing belgium
    berlin bing biography bluetooth boise boston bot bots brazil brazilian british
    broadway bulgaria cad california cambodia canada canadian canyon caribbean cassette
    catering chicago chile chili china chinese closing closings clue clues colombia
    colorado com connecticut costa creek cuba dakota dallas dec deezer del delaware
    delhi delta denmark denver depleted detroit dna don dose doses dot dough dublin duck
    ducks ebay edinburgh egypt england essay essays estonia ethiopia europe european
    facebook fargo feb fee fees finland florida france french gathering georgia germany
    ghana gonna goodrich google goose gotta greece greek guam guinea haiti havana haven
    hawaii hawaiian heaven hectic hero heroes historic hiya honda honey hong horizon
    horizons houston huh hungary hurricane hurricanes iceland illinois indian indiana
    indonesia inn instagram iowa iran iraq ireland irish israel istanbul italian italy
    itunes jan japan japanese jersey jul jun kansas kentucky kenya key keys kinda kong
    korea korean kuwait las latin latino lemme lisbon lithuania london los louisiana
    macy madrid maine malaysia mar mars maryland massachusetts mejor mexican mexico
    miami michigan microsoft milan minnesota mississippi missouri montana moose moroccan
    morocco moscow mount mumbai munich nashville nebraska nepal netflix netherlands
    nevada newark nigeria nope norway nov oct odd oddly odeon ohio oklahoma ontario
    oregon organ origin origins orlando oslo ottawa ounce outgoing outta pakistan panama
    pandora panera para payday peer peg peking pennsylvania pepperoni per peru
    philippines phoenix pier pittsburgh poker poland polish portland portugal portuguese
    potter pre pto pure que quebec rhode rico romania rome roses russia russian
    sacramento sake san sane sang santa saudi scan scans scene scotland scottish seattle
    seoul sept sewn sheen shine shone shun siri slovenia soak sock solitude spain
    spanish spotify starbucks stockholm stress stretch sudan sung sweden swedish swiss
    switzerland syria taiwan tampa tennessee texas thai thailand thou tokyo torn toronto
    toyota trending trump tulsa turkish twitter uber uganda ukraine usa usaa utah vegas
    venice vermont via vienna vietnam vietnamese vimeo virginia walmart wanna warning
    warnings washington wells wemo westbound wikipedia wisconsin workday wyoming yahoo
    yen york youtube yup zealand zimbabwe zurich
    dan dora drawn franks george harper jeans joan josh marcus marko peter
    ross strays
    """.split()
)
