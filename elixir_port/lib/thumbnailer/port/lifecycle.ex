defmodule Thumbnailer.Port.Lifecycle do
  @moduledoc false
  # What becomes of the port program: it is started, says hello, answers, and when it has ended it is started again. Pure
  # data: each function yields the program as it is then, and what its owner has to do, in this order:
  #
  #   {:start, executable, arguments}  start it and come back with the result to started/3
  #   {:send_after, message, ms}       come back with that message
  #   {:kill, session}                 kill the process behind an Erlang port
  #   {:close, session}                close the port
  #   {:reap, guard}                   see to it that the process ends
  #   {:release, guard}                it has ended
  #   {:report, report}                tell the log and telemetry, see Thumbnailer.Port.ExitReport
  #
  # One program at a time; its session is the Erlang port that it is behind. The waiting between starts is done here, so that
  # a program that cannot run costs the supervisor no restart.

  alias Thumbnailer.Error
  alias Thumbnailer.Port.{Backoff, ExitReport}
  alias Thumbnailer.Protocol.{Codec, FrameBuffer}

  # How long a killed program may take to be gone, in milliseconds.
  @kill_grace 300

  # A program that lived so many microseconds started well, at least when it has answered something.
  @stable_serving 1_000_000
  @stable_idle 60_000_000

  # Events that a program may send within a second: some for each worker that is replaced, which takes a millisecond.
  @max_events 10_000

  @enforce_keys [:max_reply_bytes, :start_timeout]
  defstruct [
    :executable,
    :max_reply_bytes,
    :start_timeout,
    :session,
    :os_pid,
    :guard,
    :frames,
    :hello,
    :started_at,
    :kill_reason,
    :fault,
    arguments: [],
    lazy: false,
    state: :idle,
    permanent?: false,
    answered?: false,
    failures: 0,
    events: {0, 0},
    failure_logged: false
  ]

  @typedoc "Microseconds of the monotonic clock."
  @type now :: integer

  @type t :: %__MODULE__{
          executable: Path.t() | nil,
          max_reply_bytes: pos_integer,
          start_timeout: pos_integer,
          session: port | nil,
          os_pid: non_neg_integer | nil,
          guard: pid | nil,
          frames: FrameBuffer.t() | nil,
          hello: map | nil,
          started_at: now | nil,
          # why it is about to end, when it was us who ended it
          kill_reason: {Error.reason(), String.t(), permanent? :: boolean} | nil,
          # why it is down, and whether waiting for it is in vain
          fault: Error.t() | nil,
          permanent?: boolean,
          arguments: [String.t()],
          lazy: boolean,
          state: :idle | :starting | :up | :dying | :down,
          # whether it has answered a request
          answered?: boolean,
          # how often in a row it ended without having started well
          failures: non_neg_integer,
          # how many events it sent within which second
          events: {integer, non_neg_integer},
          # the log has said already that it does not start
          failure_logged: boolean
        }

  @type effect :: tuple
  @type session_info :: {session :: port, os_pid :: non_neg_integer, guard :: pid}

  # -- start

  @doc "Starts a program that nobody has needed so far."
  @spec wake(t) :: {t, [effect]}
  def wake(%{state: :idle} = life), do: start(life)
  def wake(life), do: {life, []}

  @doc "Starts the program."
  @spec start(t) :: {t, [effect]}
  def start(life),
    do: {%{life | state: :starting}, [{:start, life.executable, life.arguments}]}

  @doc "It was started, or could not be; `:busy` is a reason that may pass."
  @spec started(t, {:ok, session_info} | {:error | :busy, String.t()}, now) :: {t, [effect]}
  def started(life, {:ok, {session, os_pid, guard}}, now) do
    # A hello has a limit of its own.
    frames = FrameBuffer.new(max(life.max_reply_bytes, Codec.max_hello_bytes()))
    life = %{life | session: session, os_pid: os_pid, guard: guard, frames: frames}

    {%{life | started_at: now, answered?: false, events: {0, 0}},
     [{:send_after, {:start_timeout, session}, life.start_timeout}]}
  end

  def started(life, {kind, why}, now),
    do: down(life, Error.new(:port_exited, why), kind == :error, 0, now)

  @doc "Its time for the hello is over."
  @spec start_timeout(t, port) :: {t, [effect]}
  def start_timeout(%{session: session, state: :starting} = life, session),
    do: kill(life, :port_exited, "it did not say hello within #{life.start_timeout} ms")

  def start_timeout(life, _session), do: {life, []}

  # -- run

  @doc "It has said hello."
  @spec up(t, map, now) :: {t, [effect]}
  def up(life, hello, now) do
    frames = %{life.frames | max: life.max_reply_bytes}
    life = %{life | state: :up, hello: hello, frames: frames, fault: nil, permanent?: false}
    {life, [{:report, {:started, life.os_pid, hello, now - life.started_at}}]}
  end

  @doc "It says something of a worker, or what it would write to stderr."
  @spec event(t, atom, map, now) :: {t, [effect]}
  # What it says before a hello that never comes is told once, as its end is.
  def event(%{state: :starting, failure_logged: true} = life, :log, _line, _now), do: {life, []}

  def event(%{events: {second, count}} = life, name, map, now) do
    case div(now, 1_000_000) do
      ^second when count >= @max_events ->
        kill(life, :bad_reply, "it sent more than #{@max_events} events in a second")

      ^second ->
        {%{life | events: {second, count + 1}}, [{:report, {:event, name, map}}]}

      next ->
        {%{life | events: {next, 1}}, [{:report, {:event, name, map}}]}
    end
  end

  # -- end

  @doc "Kills the program: with what reason its requests end, what the log says, and whether another try is in vain."
  @spec kill(t, Error.reason(), String.t(), boolean) :: {t, [effect]}
  def kill(life, reason, why, permanent? \\ false)

  # The first reason stands: what follows it is a consequence.
  def kill(%{kill_reason: nil, session: session} = life, reason, why, permanent?)
      when session != nil do
    {%{life | kill_reason: {reason, why, permanent?}, state: :dying},
     [{:kill, session}, {:send_after, {:force_close, session}, @kill_grace}]}
  end

  def kill(life, _reason, _why, _permanent?), do: {life, []}

  @doc "It has ended, with an exit status. `lost` is the number of requests that it held."
  @spec exited(t, non_neg_integer, non_neg_integer, now) :: {t, [effect]}
  def exited(life, status, lost, now) do
    {error, permanent?} = ExitReport.cause(life, status)
    {ended, effects} = down(life, error, permanent?, lost, now)
    {ended, [{:release, life.guard} | effects]}
  end

  @doc "Its port was closed without an exit status. No word of its end will come, so it is made certain."
  @spec closed(t, term, non_neg_integer, now) :: {t, [effect]}
  def closed(life, reason, lost, now) do
    {error, permanent?} = ExitReport.cause(life, reason)
    {ended, effects} = down(life, error, permanent?, lost, now)
    {ended, [{:reap, life.guard} | effects]}
  end

  @doc """
  It was killed a while ago, and its port has not said so: somebody else holds its pipes open. Nothing more will come of it.
  """
  @spec force_close(t, non_neg_integer, now) :: {t, [effect]}
  def force_close(life, lost, now) do
    {ended, effects} = closed(life, :closed, lost, now)
    {ended, [{:close, life.session} | effects]}
  end

  defp down(life, error, permanent?, lost, now) do
    failures = if stable?(life, now), do: 1, else: life.failures + 1
    delay = Backoff.delay(failures)
    report = ExitReport.new(life, error, lost, delay, now)

    {%{
       life
       | state: :down,
         session: nil,
         os_pid: nil,
         guard: nil,
         frames: nil,
         hello: nil,
         kill_reason: nil,
         fault: error,
         permanent?: permanent?,
         failures: failures,
         failure_logged: life.hello == nil
     }, [{:report, {:exited, report}}, {:send_after, :restart, delay}]}
  end

  # One that says hello, serves nothing and ends is a bad start, whenever it ends.
  defp stable?(%{hello: nil}, _now), do: false

  defp stable?(life, now) do
    lived = now - life.started_at
    lived >= @stable_idle or (life.answered? and lived >= @stable_serving)
  end

  @doc "What requests are told that need the program while it is away."
  @spec unavailable(t) :: Error.t()
  def unavailable(%{fault: nil}),
    do: Error.new(:unavailable, "the port program was not up in time")

  def unavailable(%{fault: fault}),
    do:
      Error.new(:unavailable, "the port program is not running: " <> fault.message, fault.details)
end
