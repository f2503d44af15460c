defmodule Thumbnailer.NameServer do
  @moduledoc false
  # A DNS server on UDP that answers every question as it was last told: with addresses, with no such name, with a failure of its own,
  # with nothing at all, or with bytes that are no answer. RFC 1035, section 4.

  use GenServer

  @a 1
  @aaaa 28

  @type answer :: [:inet.ip_address()] | :no_such_name | :failure | :silence | :garbage

  @doc "Starts it on port 53 of the address."
  def start_link(address), do: GenServer.start_link(__MODULE__, address)

  @doc "What it answers from now on."
  @spec answer(pid, answer) :: :ok
  def answer(server, answer), do: GenServer.call(server, {:answer, answer})

  @doc "Waits until it was asked so many times more, by the machine with this address."
  def await_questions(server, from, count),
    do: GenServer.call(server, {:await, from, count}, 60_000)

  @impl true
  def init(address) do
    case :gen_udp.open(53, [:binary, ip: address, active: true, reuseaddr: true]) do
      {:ok, socket} -> {:ok, %{socket: socket, answer: :silence, waiting: []}}
      {:error, posix} -> {:stop, posix}
    end
  end

  @impl true
  def handle_call({:answer, answer}, _from, state), do: {:reply, :ok, %{state | answer: answer}}

  def handle_call({:await, address, count}, from, state),
    do: {:noreply, %{state | waiting: [{from, address, count} | state.waiting]}}

  @impl true
  def handle_info({:udp, socket, address, port, question}, %{socket: socket} = state) do
    for packet <- packets(question, state.answer),
        do: :gen_udp.send(socket, address, port, packet)

    {:noreply, %{state | waiting: Enum.flat_map(state.waiting, &count(&1, address))}}
  end

  defp count({from, address, 1}, address) do
    GenServer.reply(from, :ok)
    []
  end

  defp count({from, address, count}, address), do: [{from, address, count - 1}]
  defp count(waiting, _another), do: [waiting]

  defp packets(_question, :silence), do: []
  defp packets(question, :failure), do: [head(question, 2, 0)]
  defp packets(question, :no_such_name), do: [head(question, 3, 0)]

  # Noise, half an answer, a record that is longer than the packet, a name that points to itself, the answer to another question.
  defp packets(<<id::16, _::binary>> = question, :garbage) do
    other = <<Bitwise.bxor(id, 1)::16>>
    <<_::16, right::binary>> = head(question, 0, 1) <> record({10, 231, 78, 77})

    [
      :crypto.strong_rand_bytes(40),
      other <> right,
      binary_part(question, 0, 12),
      head(question, 0, 9) <> <<0xC00C::16, @a::16, 1::16, 0::32, 400::16, 1>>,
      head(question, 0, 1) <> <<0xC00C + byte_size(question(question))::16>>
    ]
  end

  defp packets(question, addresses) when is_list(addresses) do
    records = for address <- addresses, type(address) == type(question), do: record(address)
    [IO.iodata_to_binary([head(question, 0, length(records)) | records])]
  end

  # Response, recursion desired and available.
  defp head(
         <<id::16, _flags::16, 1::16, _counts::binary-size(6), _::binary>> = question,
         code,
         records
       ),
       do: <<id::16, 0x818::12, code::4, 1::16, records::16, 0::32, question(question)::binary>>

  # The name, which ends with an empty label, its type and class.
  defp question(<<_head::binary-size(12), asked::binary>>) do
    [name, _rest] = :binary.split(asked, <<0>>)
    binary_part(asked, 0, byte_size(name) + 5)
  end

  defp record(address),
    do: <<0xC00C::16, type(address)::16, 1::16, 0::32, bytes(address)::binary>>

  defp bytes({a, b, c, d}), do: <<4::16, a, b, c, d>>

  defp bytes(address),
    do: for(part <- Tuple.to_list(address), into: <<16::16>>, do: <<part::16>>)

  defp type(address) when tuple_size(address) == 4, do: @a
  defp type(address) when is_tuple(address), do: @aaaa

  defp type(question) do
    <<type::16, _class::16>> =
      question |> question() |> binary_part(byte_size(question(question)), -4)

    type
  end
end
