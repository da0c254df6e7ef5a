/** First and family names of many origins, as in files in Lambeth; the people are made up. */
export const girls: readonly string[] = [
  'Amara', 'Zoë', 'Olivia', 'Aaliyah', 'Sofia', 'Maya', 'Fatima', 'Ayaan', 'Grace', 'Isla', 'Mia', 'Ada', 'Chloe',
  'Beatriz', 'Inês', 'Leonor', 'Mariana', 'Valentina', 'Camila', 'Lucía', 'Hanan', 'Hodan', 'Nasra', 'Sahra',
  'Selam', 'Hiwot', 'Bethlehem', 'Adaeze', 'Chiamaka', 'Ngozi', 'Efua', 'Abena', 'Akosua', 'Yaa', 'Temitope',
  'Folasade', 'Precious', 'Blessing', 'Destiny', 'Shanice', 'Kiara', 'Tiana', 'Jasmine', 'Poppy', 'Freya', 'Elsie',
  'Ivy', 'Rosie', 'Florence', 'Matilda', 'Evie', 'Niamh', 'Saoirse', 'Aoife', 'Zofia', 'Hanna', 'Julia', 'Noor',
  'Layla', 'Maryam', 'Khadija', 'Zaynab', 'Ayesha', 'Nusrat', 'Tahmina', 'Linh', 'Mei', 'Xin', 'Giulia', 'Francesca',
  'Chiara', 'Elif', 'Defne', 'Ioana', 'Andreea', 'Esther', 'Naomi', 'Ruth', 'Thandiwe', 'Aminata', 'Fanta', 'Isatu',
]; // prettier-ignore
export const boys: readonly string[] = [
  'Noah', 'Elijah', 'Muhammad', 'Kofi', 'Kwame', 'Kwabena', 'Yaw', 'Chidi', 'Emeka', 'Obinna', 'Tunde', 'Femi',
  'Ayodele', 'Segun', 'João', 'Tiago', 'Gonçalo', 'Rodrigo', 'Duarte', 'Mateo', 'Santiago', 'Thiago', 'José', 'Ángel',
  'Abdi', 'Hassan', 'Yusuf', 'Ismail', 'Omar', 'Ibrahim', 'Bilal', 'Zakariya', 'Dawit', 'Yonas', 'Abel', 'Natnael',
  'Jayden', 'Tyrese', 'Malachi', 'Isaiah', 'Micah', 'Reuben', 'Leo', 'Arlo', 'Oscar', 'Freddie', 'George', 'Arthur',
  'Theo', 'Alfie', 'Jack', 'Harry', 'Finn', 'Cillian', 'Oisín', 'Jakub', 'Szymon', 'Antoni', 'Filip', 'Luca',
  'Matteo', 'Leonardo', 'Emre', 'Deniz', 'Mihai', 'Andrei', 'Rafi', 'Tanvir', 'Rahim', 'Minh', 'Wei', 'Jun', 'Idris',
  'Musa', 'Mamadou', 'Alpha', 'Sekou', 'Joel', 'Caleb', "D'Andre", "Ta'Quan", 'Jean-Luc', 'Li', 'Bo', 'Raphaël',
]; // prettier-ignore
export const surnames: readonly string[] = [
  'Okafor', 'Adeyemi', 'Mensah', 'Boateng', 'Owusu', 'Asante', 'Balogun', 'Eze', 'Nwosu', 'Bangura', 'Kamara',
  'Conteh', 'Sesay', 'Diallo', 'Traoré', 'Koné', 'Mukendi', 'Ilunga', 'Tesfaye', 'Haile', 'Gebremariam', 'Abdullahi',
  'Warsame', 'Farah', 'Hussein', 'Ali', 'Ahmed', 'Khan', 'Rahman', 'Begum', 'Hossain', 'Patel', 'Silva', 'Santos',
  'Ferreira', 'Gonçalves', 'Fernandes', 'Pereira', 'Costa', 'Rodríguez', 'García', 'Martínez', 'Quispe', 'Vargas',
  'Smith', 'Jones', 'Taylor', 'Brown', 'Williams', 'Campbell', 'Clarke', 'Grant', 'Francis', 'Joseph', 'Thompson',
  'Wright', 'Walker', 'Green', 'Baker', "O'Connor", "O'Brien", 'Murphy', 'Kelly', 'Byrne', 'Kowalski', 'Nowak',
  'Wójcik', 'Rossi', 'Esposito', 'Ricci', 'Yılmaz', 'Demir', 'Popescu', 'Ionescu', 'Nguyen', 'Tran', 'Chen', 'Wang',
  'Hassan-Lewis', 'Cole-Mensah', 'Smith-Okoro', 'Edwards', 'Baptiste', 'Morgan', 'Hughes', 'Reid', 'Bailey',
]; // prettier-ignore

/** Short forms of first names, which some services write and others do not. */
export const shortForms: ReadonlyMap<string, string> = new Map([
  ['Muhammad', 'Mo'],
  ['Elijah', 'Eli'],
  ['Isaiah', 'Zay'],
  ['Theo', 'Teddy'],
  ['Florence', 'Flo'],
  ['Matilda', 'Tilly'],
  ['Folasade', 'Sade'],
  ['Temitope', 'Temi'],
  ['Francesca', 'Chess'],
  ['Bethlehem', 'Betty'],
  ['Khadija', 'Dija'],
  ['Santiago', 'Tiago'],
  ['Ibrahim', 'Bram'],
  ['Leonardo', 'Nardo'],
  ['Zakariya', 'Zak'],
  ['Valentina', 'Tina'],
]);

/** The first name in files of a newborn without a name. */
export const UNNAMED = 'Baby';
