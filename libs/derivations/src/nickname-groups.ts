import { derivedValues } from './derived-values.js';

/**
 * Given names that are used for one another: short and pet forms, and spellings of one name in Latin letters. Each line
 * is a group, named by its first name. A short form of several names stands in several lines.
 *
 * Compiled for this project from common knowledge of names in use in the United Kingdom, not copied from a list; under
 * the project's licence. In canonical form: lower-case letters without marks. A group that changes is a new version of
 * the derivation `given-name-nickname`.
 */
const lines = `
aaron ron ronnie
abigail abbie abby abi gail
abraham abe
adebayo bayo
adelaide addie heidi
agnieszka aga
ahmed ahmad ahmet achmed
aisha ayesha aysha aishah aicha
alan allan allen al
albert al bert albie
aleksandr alexander alex alec al sandy xander lex sasha alexandre alejandro alessandro aleksander alistair
aleksandra alexandra alex alexa sandra lexi ola sasha alexandrina
alfred alf alfie fred freddie
ali aly
alice ali
alison ali allison
amelia millie amy mia
amina aminah ameena
amir ameer
anastasia ana nastia stacey
andrew andy drew andrei andreas andre andrzej
angela angie ange
ann anne anna annie hannah nan
anthony tony antony anton antonio ant
archibald archie
arthur art artie
augustus gus
ayodele ayo dele
barbara barb babs basia
barnabas barney
bartholomew bart bartek
beatrice bea trixie bee
benjamin ben benny benji
bernard bernie
bridget biddy bridie
bronislaw bronek
cameron cam
caroline carol carrie caz
catherine katherine kathryn katharine cathy kathy kate katie katy kat kitty katarzyna kasia ekaterina katia catarina katerina cath
charles charlie chas chuck carlos charley
charlotte lottie charlie lotte charley
christina christine chris tina chrissy kristina cristina krystyna
christopher chris kit topher krzysztof kris
clarence clarrie
clementine clemmie clem
constance connie
daniel dan danny daniil
daniela danielle dani dan
david dave davey dawid davy
deborah deb debbie debra
dennis den denny denis
dmitrii dmitri dima dimitri dmitry
dominic dom
donald don donnie
dorothy dot dottie dolly
douglas doug dougie
edith edie
edmund ed ned ted
edward ed eddie ted teddy ned eduardo
eleanor ellie nell nora elinor ellen lenore
elijah eli
elizabeth liz lizzie beth betty eliza elsie libby lisa bess elisabeth betsy elzbieta ela isabel
emily em emmie millie
emma em emmie
emmanuel manny emanuel manuel manu
eric rick erik
eugene gene
evangeline evie eva
eve evie eva
fatima fatimah fatema fatma fatoumata
faisal faysal
florence flo florrie flossie
folasade sade shade
frances fran francesca frankie fanny
francis frank francisco frankie paco chico franco
frederick fred freddie freddy rick
gabriel gabe gabi
gabriella gabby gabrielle ella gabi gabriela
genevieve gen genny
geoffrey jeff geoff jeffrey
george georgie jorge jerzy
georgina georgia georgie gina georgiana
gerald gerry jerry
gerard gerry ger
gertrude gertie trudy
gillian gill jill
gloria glo
gregory greg grzegorz
guilherme gui
gwendoline gwen wendy
harold harry hal
harriet hattie harri
hassan hasan hasaan
helen nell ellen elena lena helena nellie
henry harry hal hank enrique
herbert herb bert
hugh hughie huw hugo
hussein hussain husain hossain husayn
ibrahim ebrahim ibraheem
imogen immy
irene rene irena irina
isaac ike isak ishaq
isabella isabel bella izzy isabelle isobel belle ella izabela
ivan vania
jacob jake jakub kuba jacobo yakub yaqub
jacqueline jackie jacqui jaqueline
james jim jimmy jamie jem
jan janek john
jane jenny janie janey
janet jan jenny
jasmine jas yasmin yasmine jasmin yasmeen jaz
jean jeannie
jennifer jen jenny jenni
jeremy jerry jez jem
jessica jess jessie
joan joanie
joanna jo joanne asia joan
jonathan jon jonny johnny nathan jonathon
john jack johnny jon jack sean ian evan juan joao
jose pepe joseph joe
joseph joe joey jo josef jozef yusuf
josephine jo josie jozie
joshua josh
judith judy judi
julia julie jules
julian jules
kamal kamaal kemal
karen kaz karin
kenneth ken kenny
khadija khadijah khadidja kadija
khaled khalid kaled
kimberley kim kimberly
laurence larry lawrence laurie lorenzo
leonard len lenny leo
leonardo leo
lewis lew louis louie luis
lillian lily lil lilian
louise lou luisa louisa
lucy luce lucia lucie
lukasz lukas luke lucas luca
lydia lyd
maciej maciek mathias
magdalena maddie lena magda
madeleine maddie madeline mads
malcolm mal
malgorzata gosia margaret
marcus mark marc marek marco
margaret maggie meg peg peggy madge marge daisy greta rita mags margarita
maria marie mary mia masha maryam miriam mariam maryan maia
marjorie marge
martha mattie marta
martin marty marcin
mary molly polly may mae
matilda tilly mattie tilda
matthew matt matty mateusz mateo mathew
maurice mo
maximilian max
megan meg meggie
melanie mel
melissa mel lissa
michael mike mick mickey mikey micky miguel mikhail misha michal
michelle shell chelle
mildred millie
miriam mimi
mitchell mitch
mohammed muhammad mohamed mohammad muhammed mohamad mohamud mahamed mehmet mo muhamed mohammod
mustafa mostafa moustafa
nancy nan
natalia natasha natalie nat tasha
nathaniel nathan nat nate
nicholas nick nicky nicolas nikolai mikolaj nico
nicola nicky nic nicole nikki
noor nur nour
nora norah
norman norm
olamide lami
oliver ollie olly
olivia liv livvy livia
oluwaseun seun
oluwatobiloba tobi oluwatobi
oluwaseyi seyi
omar umar omer
oscar ossie
pamela pam
patricia pat patsy tricia trish patty
patrick pat paddy patryk
paul pablo pawel paolo
penelope penny nell
percival percy
peter pete piotr pedro pietro
philip phil pip phillip felipe
philippa pip pippa
priscilla cilla
rachel rach rae raquel
rahman rehman
ramzan ramadan
rashid rasheed
raymond ray
rebecca becky bex becca rebekah
reginald reg reggie
richard rich rick dick ricky richie ricardo
robert rob bob robbie bobby bert roberto
roberta bobbie
roderick rod roddy
rodney rod
roger rog
ronald ron ronnie
rosemary rose rosie
rosamund ros rosie
roxanne roxy
rupert bert
russell russ
ruth ruthie
said saeed sayed syed sayeed
samantha sam sammy
samuel sam sammy
sandra sandy
sara sarah sally sadie zara
sebastian seb bas
shahid shaheed
shannon shan
sharif shareef sherif
sheikh shaikh shaykh
sidney sid sydney
simon si szymon
solomon sol suleiman suleyman sulaiman
sophia sophie sofia zofia zosia
stanislaw staszek stan
stanley stan
stephanie steph steff stefania
stephen steve steven stevie stefan ste
stuart stu stewart
susan sue suzanne susie suzie susanna zuzanna zuzia
sylvia syl silvia
tabitha tabby
tadeusz tadek
tamara tammy
tariq tarek tarik tareq
temitope temi tope
terence terry tel
theodore theo ted teddy
theresa tess tessa terry teresa tracy
thomas tom tommy tomasz tomek tomas
timothy tim timmy
toby tobias
usman uthman osman othman
valerie val
vanessa nessa
veronica ronnie vera roni
victor vic wiktor
victoria vicky tori vikki wiktoria
vincent vince vinny
violet vi
virginia ginny
vivian viv
walter wally walt
wilfred wilf fred
william will bill billy willie liam wil guillermo
winifred win winnie freda
wojciech wojtek
yasir yaser yassir
yusuf yousef youssef yousuf yusef yosef
zachary zach zack zak zachariah
zainab zaynab zeinab zeynep
`;

/** A name that is the first half of many double names says little of itself. */
const prefixes: ReadonlySet<string> = new Set([
  ...[
    'abd',
    'abdel',
    'abdi',
    'abdul',
    'abdullahi',
    'abu',
    'al',
    'el',
    'maria',
    'mary',
    'jean',
    'jose',
    'ana',
  ],
  ...['mohammed', 'muhammad', 'mohamed', 'mohammad', 'muhammed', 'mohamad', 'mohamud', 'mahamed', 'muhamed'],
  ...['mohammod', 'syed', 'nur', 'noor', 'ann', 'anne', 'anna', 'umm', 'john'],
]);

const groups: ReadonlyMap<string, readonly string[]> = readGroups(lines);

function readGroups(text: string): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const line of text.trim().split('\n')) {
    const names = line.split(' ');
    const group = names[0] as string; // a line has a name
    for (const name of names) found.set(name, derivedValues([...(found.get(name) ?? []), group]));
  }
  return found;
}

/**
 * The groups of a given name: those of the whole, else those of its first word. A name of no group is a group of its
 * own, named after its first word unless that is the first half of many double names.
 * @param whole the name without spaces.
 */
export function nicknameGroupsOf(whole: string, firstWord: string): readonly string[] {
  if (whole === '') return [];
  const known = groups.get(whole);
  if (known !== undefined) return known;
  if (firstWord === whole || prefixes.has(firstWord)) return [whole];
  return groups.get(firstWord) ?? [firstWord];
}
