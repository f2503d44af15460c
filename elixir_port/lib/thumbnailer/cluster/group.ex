defmodule Thumbnailer.Cluster.Group do
  @moduledoc false
  # What the router of a group knows: its members, the requests of this node, and which member has which. Each function yields
  # the group as it is afterwards, and runs in the process of the router: who has to hear of it is sent a message.

  alias Thumbnailer.Cluster.{Admission, Balancer, Events, Introductions}
  alias Thumbnailer.Cluster.{Member, Membership, Refusal, RoutedRequest}
  alias Thumbnailer.Step.Catalog

  # Milliseconds: how long a member without a program gets no requests; how long after the deadline a member's answer may come.
  @pause 2_000
  @grace 2_000

  @enforce_keys [:name]
  defstruct [
    :name,
    balancer: %Balancer{},
    membership: %Membership{},
    requests: %{},
    admission: %Admission{},
    introductions: %Introductions{}
  ]

  @type t :: %__MODULE__{
          name: atom,
          balancer: Balancer.t(),
          membership: Membership.t(),
          requests: %{optional(reference) => RoutedRequest.t()},
          admission: Admission.t(),
          introductions: Introductions.t()
        }

  # -- requests

  @doc "Takes a request, or tells its caller why not."
  @spec submit(t, reference, pid, {Balancer.needs(), timeout :: pos_integer, bytes :: integer}) ::
          t
  def submit(group, ref, caller, {needs, timeout, bytes}) do
    waiting = map_size(group.balancer.waiting)

    with :ok <- check_capable(group, needs),
         {:ok, admission} <- Admission.admit(group.admission, group.name, waiting, bytes) do
      requests = Map.put(group.requests, ref, RoutedRequest.new(ref, caller, timeout, bytes))
      balancer = Balancer.enqueue(group.balancer, ref, needs)
      assign(%{group | admission: admission, balancer: balancer, requests: requests})
    else
      {:error, error} ->
        notify(ref, {:error, error})
        group
    end
  end

  # Without any member a request waits for the first.
  defp check_capable(%{balancer: balancer} = group, needs) do
    if balancer.members == %{} or Balancer.capable?(balancer, needs),
      do: :ok,
      else: {:error, Refusal.unsupported(needs, balancer, group.name)}
  end

  @doc "Ends a request that is answered, or that nobody waits for."
  @spec forget(t, reference) :: t
  def forget(group, ref), do: group |> drop(ref) |> assign()

  @doc "A member cannot do a request: it is gone, or has no program and gets nothing for a while."
  @spec lost(t, reference, pid, :gone | :unavailable) :: t
  def lost(group, ref, member, how) do
    {failed, balancer} = Balancer.fail(group.balancer, ref, member)
    %{group | balancer: balancer} |> pause(member, how) |> fail(failed) |> assign()
  end

  @doc "The time of a request is over. A member that has it keeps the deadline itself, and answers."
  @spec deadline_passed(t, reference) :: t
  def deadline_passed(group, ref) do
    case {group.requests, group.balancer.sent} do
      {%{^ref => %{state: :open} = request}, %{^ref => _sent}} ->
        put_in(group.requests[ref], RoutedRequest.overdue(request, @grace))

      {%{^ref => _request}, _waiting} ->
        notify(ref, {:error, Refusal.timeout(group.membership, group.name)})
        forget(group, ref)

      _answered ->
        group
    end
  end

  defp pause(group, _member, :gone), do: group

  defp pause(group, member, :unavailable) do
    Process.send_after(self(), {:resume, member}, @pause)
    %{group | balancer: Balancer.set_paused(group.balancer, member, true)}
  end

  @doc "A member gets requests again."
  @spec resume(t, pid) :: t
  def resume(group, pid),
    do: assign(%{group | balancer: Balancer.set_paused(group.balancer, pid, false)})

  defp assign(group) do
    {assigned, balancer} = Balancer.assign(group.balancer)

    for {ref, member} <- assigned,
        do: notify(ref, {:assigned, member, Membership.info(group.membership, member)})

    %{group | balancer: balancer}
  end

  defp fail(group, refs) do
    Enum.reduce(refs, group, fn ref, group ->
      notify(ref, {:error, Refusal.unfinished()})
      drop(group, ref)
    end)
  end

  defp drop(group, ref) do
    case Map.pop(group.requests, ref) do
      {nil, _requests} ->
        group

      {request, requests} ->
        RoutedRequest.close(request)
        admission = Admission.release(group.admission, request.bytes)
        balancer = Balancer.remove(group.balancer, ref)
        %{group | requests: requests, admission: admission, balancer: balancer}
    end
  end

  # To the alias, which takes no more messages once the caller has its answer.
  defp notify(ref, message), do: send(ref, {ref, message})

  # -- members

  @doc "Asks processes that have joined to introduce themselves."
  @spec expect(t, [pid]) :: t
  def expect(group, pids) do
    Enum.each(pids, &Member.subscribe(&1, self()))
    %{group | introductions: Introductions.expect(group.introductions, pids)}
  end

  @doc "A process has said what it is; why it is no member, nil if it is one."
  @spec introduced(t, pid, term) :: {nil | String.t(), t}
  def introduced(group, pid, info) do
    {_before, group} = remove(group, pid)

    case Membership.check(pid, info) do
      :ok ->
        group = %{group | membership: Membership.join(group.membership, pid, info)}
        {nil, group |> member_up(pid) |> answer()}

      {:error, why} ->
        membership = Membership.refuse(group.membership, pid, why)
        {why, answer(%{group | membership: membership})}
    end
  end

  @doc "A member is there still, and says how many requests it has."
  @spec heartbeat(t, pid, non_neg_integer) :: t
  def heartbeat(group, pid, load) do
    {known, membership} = Membership.heartbeat(group.membership, pid)
    group = %{group | membership: membership}

    case known do
      :up -> assign(%{group | balancer: Balancer.report(group.balancer, pid, load)})
      :back -> member_up(group, pid)
      :unknown -> group
    end
  end

  @doc "A member has these steps now."
  @spec put_steps(t, pid, term) :: t
  def put_steps(group, pid, steps) do
    if Catalog.steps?(steps) do
      membership = Membership.put_steps(group.membership, pid, steps)
      balancer = Balancer.set_steps(group.balancer, pid, steps)
      assign(%{group | membership: membership, balancer: balancer})
    else
      group
    end
  end

  @doc "Processes have left the group, or have ended: others get their requests."
  @spec leave(t, [pid]) :: t
  def leave(group, pids), do: pids |> Enum.reduce(group, &member_down(&2, &1)) |> assign()

  @doc "Takes members from which nothing was heard for too long as gone."
  @spec check_heartbeats(t) :: t
  def check_heartbeats(group) do
    {silent, membership} = Membership.mark_silent(group.membership)
    silent |> Enum.reduce(%{group | membership: membership}, &member_silent(&2, &1)) |> assign()
  end

  defp member_up(group, pid) do
    info = Membership.info(group.membership, pid)
    Events.node(group.name, {:node_up, info.node, Map.delete(info, :server)})
    assign(%{group | balancer: Balancer.join(group.balancer, pid, info)})
  end

  defp member_down(group, pid) do
    case remove(group, pid) do
      {%{state: :up, info: info}, group} ->
        Events.node(group.name, {:node_down, info.node, :gone})
        group

      {_silent_or_unknown, group} ->
        group
    end
  end

  defp member_silent(group, pid) do
    Events.node(group.name, {:node_down, Membership.info(group.membership, pid).node, :silent})
    requeue(group, pid)
  end

  defp remove(group, pid) do
    group = %{group | introductions: Introductions.done(group.introductions, pid)}

    case Membership.leave(group.membership, pid) do
      {nil, membership} -> {nil, %{group | membership: membership}}
      {member, membership} -> {member, requeue(%{group | membership: membership}, pid)}
    end
  end

  defp requeue(group, pid) do
    {failed, balancer} = Balancer.leave(group.balancer, pid)
    fail(%{group | balancer: balancer}, failed)
  end

  # -- steps of the group

  @doc "Answers `from` with the steps of all members, once each that is known of has introduced itself."
  @spec ask_steps(t, GenServer.from()) :: t
  def ask_steps(group, from),
    do: answer(%{group | introductions: Introductions.ask(group.introductions, from)})

  @doc "Waits for no further introduction."
  @spec end_introductions(t) :: t
  def end_introductions(group),
    do: answer(%{group | introductions: Introductions.end_all(group.introductions)})

  defp answer(group) do
    {asking, introductions} = Introductions.take_answerable(group.introductions)

    if asking != [] do
      steps = Membership.steps(group.membership)
      Enum.each(asking, &GenServer.reply(&1, steps))
    end

    %{group | introductions: introductions}
  end
end
