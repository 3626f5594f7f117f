// Trusting on purpose: innerHTML everywhere, the whole list rebuilt on every event, statuses sent peer to peer.

var channel, me;
var rowTemplate = document.getElementById('row').innerHTML;

function byId(id) {
  return document.getElementById(id);
}

function addRow(member) {
  byId('members').innerHTML += rowTemplate
    .replace('{{id}}', member.id)
    .replace('{{name}}', member.id)
    .replace('{{status}}', member.info.status);
}

function render() {
  byId('members').innerHTML = '';
  channel.members.each(function (member) {
    if (member.id !== channel.members.me.id) addRow(member);
  });
  byId('my-name').innerHTML = channel.members.me.id;
  byId('my-status').innerHTML = channel.members.me.info.status;
}

function subscribe() {
  var pusher = new Pusher('PUSHER_KEY', PUSHER_OPTIONS);
  channel = pusher.subscribe('presence-whatsup-members');
  channel.bind('pusher:subscription_succeeded', function () {
    me = channel.members.me;
    byId('join').hidden = true;
    byId('mine').hidden = false;
    render();
  });
  channel.bind('pusher:member_added', render);
  channel.bind('pusher:member_removed', render);
  channel.bind('client-status-update', function (data) {
    var row = byId('member-' + data.username);
    row.querySelector('.status').innerHTML = data.status;
    row.classList.add('flash');
    setTimeout(function () {
      byId('member-' + data.username).classList.remove('flash');
    }, 500);
  });
}

byId('my-status').addEventListener('blur', function (event) {
  channel.trigger('client-status-update', { username: me.id, status: event.target.innerHTML });
});

byId('join').addEventListener('submit', function (event) {
  event.preventDefault();
  var request = new XMLHttpRequest();
  request.open('POST', '/register');
  request.setRequestHeader('Content-Type', 'application/json');
  request.onload = function () {
    if (request.status === 200 && JSON.parse(request.responseText).success) subscribe();
  };
  var form = event.target.elements;
  request.send(JSON.stringify({ username: form.username.value, status: form.status.value }));
});

var question = new XMLHttpRequest();
question.open('GET', '/isLoggedIn');
question.onload = function () {
  if (JSON.parse(question.responseText).authenticated) subscribe();
  else byId('join').hidden = false;
};
question.send();
