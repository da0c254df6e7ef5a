import type { Random } from './random.ts';

/** Names that many people have, commonest first. */
const givenNames: Readonly<Record<'F' | 'M', readonly string[]>> = {
  F: 'Olivia Amelia Isla Ava Mia Ivy Lily Isabella Rosie Sophia Grace Willow Freya Florence Emily Ella Poppy Evie Charlotte Elsie Sienna Daisy Phoebe Sophie Alice Harper Matilda Ruby Emma Maya Millie Evelyn Isabelle Eva Luna Jessica Ada Aria Arabella Maisie Esme Eliza Penelope Bonnie Chloe Mila Violet Hallie Scarlett Layla Imogen Eleanor Molly Harriet Elizabeth Erin Lottie Thea Delilah Zara Aisha Fatima Maryam Amina Zainab Khadija Adaeze Chioma Ngozi Amara Abena Efua Akosua Priya Anjali Ananya Mei Xin Ling Agnieszka Zofia Maja Katarzyna Joanna Ana Maria Lucia Sofia Camila Yasmin Leila Noor Hana Siobhan Niamh Aoife Bethan Carys Megan Nia Catrin Margaret Susan Patricia Jacqueline Deborah Tracey Sharon Michelle Karen Nicola'.split(
    ' ',
  ),
  M: 'Noah George Oliver Arthur Leo Muhammad Theo Oscar Henry Archie Freddie Charlie Jack Luca Theodore Alfie Harry Tommy Finley Arlo Thomas Jacob Teddy William Edward Isaac Roman Lucas Jude Albie Reggie Alexander James Joshua Max Adam Rory Louie Ezra Logan Reuben Ethan Mohammed Joseph Daniel Sebastian Hugo Samuel Benjamin Toby Elijah Harrison Louis Frankie Dylan Nathan Gabriel Ibrahim Yusuf Ahmed Ali Omar Hamza Bilal Kwame Kofi Kwesi Chidi Emeka Tunde Ayo Femi Arjun Rohan Vikram Ravi Wei Jun Hao Jakub Piotr Tomasz Krzysztof Antoni Mateo Santiago Diego Juan Miguel Rafael Emre Mehmet Burak Patrick Sean Liam Cian Rhys Gareth Owen Dafydd David John Michael Peter Paul Stephen Andrew Mark Robert Christopher Anthony Kevin'.split(
    ' ',
  ),
};
const surnames =
  'Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Khan Wright Walker Robinson Thompson White Hughes Edwards Hall Green Lewis Wood Harris Clarke Jackson Turner Hill Cooper Ward Morris Moore Clark Lee King Baker Harrison Morgan Allen Scott Phillips Watson Davis Parker Bennett Price Griffiths Young Ali Singh Ahmed Begum Hussain Kaur Okafor Adeyemi Mensah Boateng Owusu Nwosu Balogun Osei Kowalski Nowak Wisniewska Zielinski Silva Santos Costa Garcia Rodriguez Martinez Nguyen Chen Wang Li Zhang Murphy Kelly Byrne Ryan Campbell Stewart Macdonald Mohammed Ibrahim Abdi Hassan Yilmaz Demir Kaya Rahman Miah Uddin Chowdhury Sharma Gupta Shah Desai Evans Roberts Thomas Jenkins Powell Reid Mitchell Cox Bell Shaw Ellis Mason Hunt Gray Palmer Holmes Rogers'.split(
    ' ',
  );
/** Syllables of the rarer names: there are far more of those than any list holds. */
const syllables =
  'ba be bo da de di do fa fi ga ge go ha he ja jo ka ke ki ko la le li lo ma me mi mo na ne ni no pa pe ra re ri ro sa se si so ta te ti to va vi wa we ya yo za'.split(
    ' ',
  );
const endings = 'n r s l m th ck ley ton son man well ford more ham wick by worth'.split(' ');

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** A rarer name: the same number gives the same name. */
function rareName(number: number, ending: boolean): string {
  let left = number;
  let name = '';
  for (let syllable = 0; syllable < 3; syllable++) {
    name += syllables[left % syllables.length] ?? '';
    left = Math.floor(left / syllables.length);
    if (syllable > 0 && left === 0) break;
  }
  return capital(ending ? name + (endings[number % endings.length] ?? '') : name);
}

export function givenName(random: Random, gender: 'F' | 'M'): string {
  if (random.chance(0.12)) return rareName(random.skewed(60_000) * 2 + (gender === 'F' ? 0 : 1), false);
  const names = givenNames[gender];
  return names[random.skewed(names.length)] as string;
}

export function surname(random: Random): string {
  if (random.chance(0.45)) return rareName(random.skewed(90_000), true);
  return surnames[random.skewed(surnames.length)] as string;
}

const streetNames =
  'High Station Church Park Victoria Green Manor Kings Queens Mill School North South West Albert Alexandra Grove London York Windsor Chestnut Oak Elm Ash Maple Cedar Holly Willow Meadow Spring Water Bridge River Hill Valley Castle Abbey Priory Market Chapel New Orchard Garden Rose Lavender Railham Stockwell Coldharbour Acre Brixton Tulse Norwood'.split(
    ' ',
  );
const streetKinds = 'Road Street Avenue Close Lane Gardens Drive Way Crescent Terrace Court Place'.split(' ');

export const street = (number: number): string =>
  `${streetNames[number % streetNames.length] ?? ''} ${streetKinds[Math.floor(number / streetNames.length) % streetKinds.length] ?? ''}`;

const areas = 'SW SE N E NW W BR CR KT TW M L B LS S NE BS CF EH G NG LE CV PO SO RG OX CB NR IP'.split(' ');
const inwardLetters = 'ABDEFGHJLNPQRSTUWXYZ';

/** A postcode by number: streets that are near have postcodes that are near. */
export function postcode(number: number): string {
  const unit = number % 400;
  const sector = Math.floor(number / 400) % 9;
  const district = (Math.floor(number / 3600) % 20) + 1;
  const area = areas[Math.floor(number / 72_000) % areas.length] ?? '';
  const letters = `${inwardLetters[unit % 20] ?? ''}${inwardLetters[Math.floor(unit / 20)] ?? ''}`;
  return `${area}${district} ${sector + 1}${letters}`;
}
