#!/usr/bin/perl
# A small SMSC on Net::SMPP, for the tests of the room above. It listens on a
# port of its own choosing, writes what happens as JSON lines to its output, and
# takes orders as JSON lines from its input:
#
#   {"do":"deliver","from":"49…","to":"49…","text":"…","ref":7}
#   {"do":"fail","what":"throttle|full|drop|mute|bind|deliver|enquire|unbind","times":1}
#   {"do":"fail","what":"enquire mute|unbind mute","times":1}
#   {"do":"fail","what":"middle","times":2}: the second submission is dropped
#   {"do":"early"}  {"do":"drop"}  {"do":"unbind"}
#
# Each is followed by {"event":"ok"}.
#
# Receipts are texts with the same id as the answer.
use strict;
use warnings;
use Encode qw(encode decode);
use IO::Select;
use JSON::PP;
use Net::SMPP;

$| = 1;
$SIG{PIPE} = 'IGNORE';    # an answer to a connection that has gone
my $json = JSON::PP->new->canonical->utf8;
my %name = (0x01 => 'bind_receiver', 0x02 => 'bind_transmitter', 0x09 => 'bind_transceiver');
my %fail;              # what → how many times yet
my ($early, $n, $partial) = (0, 0, '');
my %bound;             # fileno → command
my @queue;             # deliveries that wait for a bind
my %open;              # "fileno/seq" → delivery that waits for its answer

sub say_ { print $json->encode({@_}), "\n" }

sub failing {
    my ($what) = @_;
    return 0 unless $fail{$what};
    $fail{$what}--;
    return 1;
}

my $listener = Net::SMPP->new_listen('127.0.0.1', port => 0) or die "cannot listen: $!";
my $select = IO::Select->new($listener, \*STDIN);
my %client;
say_(event => 'listening', port => $listener->sockport);

sub gone {
    my ($c) = @_;
    my $f = fileno $c;
    $select->remove($c);
    delete $client{$f};
    delete $bound{$f};
    for my $k (grep { /^$f\// } sort keys %open) {
        unshift @queue, delete $open{$k};
    }
    close $c;
    say_(event => 'closed');
}

# Deliveries leave by any bind that receives.
sub pump {
    for my $c (values %client) {
        my $f = fileno $c;
        next unless defined $f && ($bound{$f} // 0) & 0x09 && $bound{$f} != 0x02;
        while (my $d = shift @queue) {
            my $seq = $c->deliver_sm(async => 1, %$d);
            $open{"$f/$seq"} = $d;
            if (failing('deliver')) { gone($c); return }
        }
    }
}

sub receipt {
    my ($p, $id) = @_;
    my $text = "id:$id sub:001 dlvrd:001 submit date:2603011504 done date:2603011505 stat:DELIVRD err:000 text:";
    push @queue, { source_addr => $p->{destination_addr}, destination_addr => $p->{source_addr}, esm_class => 0x04, short_message => $text };
    pump();
}

# A text as a phone cuts it: plain text in septets, anything else in UTF-16,
# without a thought for pairs.
sub deliver {
    my ($o) = @_;
    my $plain = $o->{text} =~ /^[A-Za-z0-9 .,!?]*$/;
    my $octets = $plain ? $o->{text} : encode('UTF-16BE', $o->{text});
    my ($whole, $part) = $plain ? (160, 153) : (140, 134);
    my @parts = length $octets <= $whole ? ($octets) : unpack "(a$part)*", $octets;
    for my $i (0 .. $#parts) {
        my $udh = @parts > 1 ? pack('CCCCCC', 5, 0, 3, $o->{ref} // 1, scalar @parts, $i + 1) : '';
        push @queue, {
            source_addr_ton => 1, source_addr_npi => 1, source_addr => $o->{from}, destination_addr => $o->{to},
            esm_class => $udh ? 0x40 : 0, data_coding => $plain ? 0 : 8, short_message => $udh . $parts[$i],
        };
    }
    pump();
}

sub submitted {
    my ($c, $p) = @_;
    my $data = length $p->{short_message} ? $p->{short_message} : $p->{message_payload} // '';
    if (failing('drop')) { gone($c); return }
    if ($fail{middle} && --$fail{middle} == 0) { gone($c); return }
    if (failing('throttle')) { $c->submit_sm_resp(seq => $p->{seq}, status => 0x58, message_id => ''); return }
    if (failing('full')) { $c->submit_sm_resp(seq => $p->{seq}, status => 0x14, message_id => ''); return }
    my $id = sprintf 'p-%d', ++$n;
    say_(event => 'submit', id => $id, from => $p->{source_addr}, to => $p->{destination_addr}, class => $p->{esm_class},
        coding => $p->{data_coding}, hex => unpack('H*', $data));
    return if failing('mute');
    my $asked = ($p->{registered_delivery} & 3) == 1;
    receipt($p, $id) if $asked && $early;
    $c->submit_sm_resp(seq => $p->{seq}, message_id => $id);
    receipt($p, $id) if $asked && !$early;
}

sub take {
    my ($c) = @_;
    local $SIG{__WARN__} = sub { };    # an end of the connection is no news
    my $p = $c->read_pdu();
    if (!$p) { gone($c); return }
    my $f = fileno $c;
    my $cmd = $p->{cmd};
    if (my $bind = $name{$cmd}) {
        if (failing('bind')) { gone($c); return }
        my $ok = $p->{password} eq 'secret';
        my $resp = "${bind}_resp";
        $c->$resp(seq => $p->{seq}, system_id => 'perl', status => $ok ? 0 : 0x0E);
        return unless $ok;
        $bound{$f} = $cmd;
        say_(event => 'bound', as => $bind, system_id => $p->{system_id});
        pump();
    }
    elsif ($cmd == 0x04) { submitted($c, $p) }
    elsif ($cmd == 0x15 && failing('enquire')) { gone($c) }
    elsif ($cmd == 0x06 && failing('unbind')) { gone($c) }
    elsif ($cmd == 0x15 && failing('enquire mute') || $cmd == 0x06 && failing('unbind mute')) { }
    elsif ($cmd == 0x15) { $c->enquire_link_resp(seq => $p->{seq}); say_(event => 'enquire_link') }
    elsif ($cmd == 0x06) { $c->unbind_resp(seq => $p->{seq}); say_(event => 'unbind'); gone($c) }
    elsif ($cmd == 0x80000005) {
        my $d = delete $open{"$f/$p->{seq}"};
        say_(event => 'delivered', status => $p->{status}) if $d;
        push @queue, $d if $d && ($p->{status} == 0x64 || $p->{status} == 0x08);
    }
    elsif ($cmd == 0x80000006) { gone($c) }
}

sub order {
    my ($o) = @_;
    if ($o->{do} eq 'deliver') { deliver($o) }
    elsif ($o->{do} eq 'fail') { $fail{ $o->{what} } = $o->{times} }
    elsif ($o->{do} eq 'early') { $early = 1 }
    elsif ($o->{do} eq 'drop') { gone($_) for values %client }
    elsif ($o->{do} eq 'unbind') { $_->unbind(async => 1) for values %client }
}

while (1) {
    for my $h ($select->can_read) {
        if ($h == $listener) {
            my $c = $listener->accept or next;
            $client{ fileno $c } = $c;
            $select->add($c);
        }
        elsif ($h == \*STDIN) {
            sysread(STDIN, my $some, 65536) or exit 0;
            $partial .= $some;
            while ($partial =~ s/^([^\n]*)\n//) {
                order($json->decode($1));
                say_(event => 'ok');
            }
        }
        elsif ($client{ fileno($h) // -1 }) { take($h) }
    }
}
